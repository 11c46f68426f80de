import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { parseConfigText } from '../../../src/config/load/parse-config-text.ts'
import { hostileYaml } from '../../fixtures/hostile-yaml.ts'

function problems(text: string): readonly string[] {
  const parsed = parseConfigText(text)
  return parsed.valid ? [] : parsed.problems.map((each) => `${each.line}: ${each.text}`)
}

const example = /```yaml\n(service:[^]*?)```/.exec(
  readFileSync(join(import.meta.dirname, '../../../docs/configuration.md'), 'utf8'),
)?.[1]

describe('the text of a configuration', () => {
  it.each([
    '',
    '# nothing\n',
    'version: 1',
    '{}',
    '---\nservice: api\n',
    '\u{FEFF}service: api\r\nversion: 1\r\n',
  ])('%j is valid', (text) => {
    expect(problems(text)).toEqual([])
  })

  it('is valid as docs/configuration.md shows it', () => {
    expect(example).toContain('migration:')
    expect(problems(example!)).toEqual([])
  })

  it('may use an alias as often as people do', () => {
    expect(problems('test:\n  unit: &t { run: npm test, timeout: 5m }\n  integration: *t\n')).toEqual([])
  })

  it('is refused with everything that is wrong, each with its line, what was found and what is allowed', () => {
    const text = `service: API
build:
  compil: npm run build
  lint:
    run: npx eslint
    tiemout: 5m
  analyze: 7
test:
  unit: [npm test, 3]
scan:
  fail-on: hihg
deploy:
  secrets:
    - path: secret/../other
      to: { kubernetes: api }
    - path: secret/api
      to: { env: { user: LD_PRELOAD }, steps: [migration] }
  migration: { tool: flyway }
  manifests: [/etc]
`
    expect(problems(text)).toEqual([
      expect.stringMatching(/^1: service: found "API"; allowed is a name of a-z/),
      expect.stringMatching(
        /^3: build: unknown key "compil"; allowed is prepare, compile.*did you mean compile\?/,
      ),
      expect.stringMatching(/^6: build\.lint: unknown key "tiemout".*did you mean timeout\?/),
      expect.stringMatching(/^7: build\.analyze: found 7; allowed is a command, a list of commands/),
      expect.stringMatching(/^9: test\.unit\[1\]: found 3; allowed is a command/),
      expect.stringMatching(/^11: scan\.fail-on: found "hihg"; allowed is "critical", "high"/),
      expect.stringMatching(
        /^14: deploy\.secrets\[0\]\.path: found "secret\/\.\.\/other"; allowed is a path/,
      ),
      expect.stringMatching(/^17: deploy\.secrets\[1\]\.to\.env\.user: found "LD_PRELOAD"/),
      expect.stringMatching(/^18: deploy\.migration\.image is missing; allowed is an image/),
      expect.stringMatching(/^18: deploy\.migration\.url is missing; allowed is a JDBC URL/),
      expect.stringMatching(/^19: deploy\.manifests\[0\]: found "\/etc"; allowed is a relative path/),
    ])
  })

  it.each([
    [
      'manifests: [{ chart: oci://registry.example.com/a }]',
      /chart: found "oci:.*allowed is a relative path/,
    ],
    ['manifests: [{ chart: a, release: My_App }]', /release: found "My_App"; allowed is a name of a-z/],
    ['manifests: [{ chart: a, values: ../outside.yaml }]', /allowed is/],
    [
      'manifests: { paths: k8s, allow: { kinds: [deployment] } }',
      /kinds\[0\]: found "deployment"; allowed is a kind such as/,
    ],
    ['manifests: { paths: k8s, allow: { kinds: ["*"] } }', /kinds\[0\]: found "\*"; allowed is a kind/],
    ['manifests: { paths: k8s, allow: { namespaces: [A] } }', /namespaces\[0\]: found "A"/],
    ['policy: { paths: /etc }', /paths: found "\/etc"/],
    ['policy: { paths: a, namespaces: ["--update=x"] }', /namespaces\[0\]: found "--update=x"/],
    ['policy: true', /policy: found true; allowed is keys with values, or false/],
  ])('refuses %s under deploy', (text, problem) => {
    expect(problems(`deploy:\n  ${text}\n`).join('\n')).toMatch(problem)
  })

  it.each([
    ['version: 2', /^1: version: found 2; allowed is 1$/],
    ['test: { unit: { run: x, env: { PORT: 8080 } } }', /env\.PORT: found 8080; allowed is a text \(numbers/],
    ['test: { unit: { run: x, timeout: 500h } }', /timeout: found "500h"; allowed is a duration/],
    ['scan: { ignore: [{ id: a, reason: b, expires: 2027-02-31 }] }', /expires: found "2027-02-31"/],
    ['image: { tags: ["v{versoin}"] }', /image\.tags\[0\]: found "v\{versoin\}"/],
    ['image: { name: api }', /image\.name: found "api"; allowed is a registry and a path/],
    ['deploy: { migration: { image: a, url: "jdbc:postgresql://db/app?password=x" } }', /without a password/],
    ['deploy: { smoke: [{ name: a, url: "file:///etc/passwd" }] }', /smoke\[0\]\.url: found "file:/],
    ['deploy: { on: { pull_request_target: true } }', /unknown key "pull_request_target"/],
    ['build:', /^1: build: found null; allowed is keys with values/],
    ['test: { unit: { run: x, coverage: {} } }', /unknown key "coverage"/],
  ])('%j is refused, and says what is allowed', (text, expected) => {
    expect(problems(text)).toEqual([expect.stringMatching(expected)])
  })

  it('names the line of a key, and the nearest line above for one that it does not have', () => {
    const parsed = parseConfigText(
      'service: api\nbuild:\n  prepare: x\n\n  lint:\n    run: y\ndeploy:\n  manifests:\n    - a\n    - b\n',
    )
    if (!parsed.valid) throw new Error('not valid')
    expect(parsed.lineOf(['service'])).toBe(1)
    expect(parsed.lineOf(['build', 'lint'])).toBe(5)
    expect(parsed.lineOf(['build', 'lint', 'run'])).toBe(6)
    expect(parsed.lineOf(['deploy', 'manifests', 1])).toBe(10)
    expect(parsed.lineOf(['build', 'analyze'])).toBe(2)
    expect(parsed.lineOf(['image'])).toBe(1)
  })

  it.each(Object.entries(hostileYaml))('that is %s is refused with a line', (_, text) => {
    const parsed = parseConfigText(text)
    expect(parsed.valid).toBe(false)
    if (parsed.valid) return
    expect(parsed.problems.length).toBeGreaterThan(0)
    for (const problem of parsed.problems) {
      expect(problem.line).toBeGreaterThanOrEqual(1)
      expect(problem.line).toBeLessThanOrEqual(text.split('\n').length)
      expect(problem.text.length).toBeLessThan(600)
    }
    expect(({} as Record<string, unknown>).admin).toBeUndefined()
  })

  it('of any kind is values or problems with lines, never a crash', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        expectLines(text)
      }),
    )
  })

  it('of any YAML-like kind is values or problems with lines, never a crash', () => {
    const pieces = [
      'a',
      ': ',
      '- ',
      '\n',
      '\n  ',
      '[',
      ']',
      '{',
      '}',
      '&a ',
      '*a',
      '!!str ',
      '|',
      '>',
      '"',
      "'",
      '#',
      '? ',
      ', ',
      '<<',
      '%',
      '---\n',
      '...\n',
      '\t',
      '~',
      '1',
      'build',
      'deploy',
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 60 }), (parts) => {
        expectLines(parts.join(''))
      }),
      { numRuns: 500 },
    )
  })

  it('with any value under any key is values or problems with lines, never a crash', () => {
    const keys = [
      'service',
      'build',
      'test',
      'scan',
      'image',
      'deploy',
      'prepare',
      'unit',
      'run',
      'env',
      'on',
      'secrets',
      'smoke',
      'to',
      'x',
    ]
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 5 },
        fc.string(),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...keys), tie('any'), { maxKeys: 4 }),
      ),
    })).any
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 4 }), (values) => {
        expectLines(stringify(values))
      }),
    )
  })
})

function expectLines(text: string): void {
  const parsed = parseConfigText(text)
  if (parsed.valid) return
  expect(parsed.problems.length).toBeGreaterThan(0)
  const count = text.split('\n').length
  for (const problem of parsed.problems) {
    expect(problem.line).toBeGreaterThanOrEqual(1)
    expect(problem.line).toBeLessThanOrEqual(count)
    expect(problem.text).not.toBe('')
  }
}
