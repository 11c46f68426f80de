import { describe, expect, test } from 'vitest'
import { parseConfigText } from '../../src/config/load/parse-config-text.ts'
import { StagegateError } from '../../src/errors/index.ts'
import { readInputs } from '../../src/inputs/index.ts'
import { createRedactor } from '../../src/report/redaction/redactor.ts'
import { parseManifests } from '../../src/systems/kubernetes/manifests/parse-manifests.ts'
import { readMappings } from '../../src/systems/kubernetes/manifests/sources/read-mappings.ts'
import { redactCutsWith } from '../../src/text/index.ts'

const secret = 'Zq8vN2kLw5Xr7TbJ4mHc'

/** A value without its quotes, as people forget them, and what is wrong with it. */
const values = [
  `!${secret}`,
  `!!${secret} a`,
  `*${secret}`,
  `&${secret}`,
  `"${secret}`,
  `'${secret}`,
  `"\\${secret}"`,
  `[${secret}`,
  `{${secret}: {`,
  `@${secret}`,
  '`' + secret,
  `%${secret}`,
  `|${secret}`,
  `a: ${secret}: b`,
  `${secret}\n b: c`,
  `"${secret}" ${secret}`,
]

describe('A text that is no YAML is refused, with its line and without a part of it', () => {
  test.each(values)('%j', (value) => {
    const text = `apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  password: ${value}\n`
    const { problems } = parseManifests(text, 'k8s/s.yaml')
    for (const problem of problems) expect(problem).toMatch(/^k8s\/s\.yaml:\d+: /)
    expect(problems.join('\n')).not.toContain(secret.slice(0, 4))
    expect(JSON.stringify(typeof readMappings(text) === 'string' ? readMappings(text) : '')).not.toContain(
      secret.slice(0, 4),
    )
    const config = parseConfigText(`service: ${value}\n`)
    if (config.valid) return
    // What is wrong by the schema may be shown: it is the configuration, not a secret.
    const syntax = config.problems.filter((each) => !each.text.includes('allowed is'))
    expect(syntax.map((each) => each.text).join('\n')).not.toContain(secret.slice(0, 4))
  })
})

test.each([
  ['deploy: {environment-url: "https://u:hunter22hunter@example.com"}', 'environment-url'],
  ['deploy: {configs: {repository: "https://u:hunter22hunter@github.com/a/b"}}', 'repository'],
  ['deploy: {configs: {repository: "u:hunter22hunter@github.com"}}', 'repository'],
  ['deploy: {smoke: [{name: a, url: "https://u:hunter22hunter@example.com"}]}', 'url'],
  ['deploy: {migration: {image: a, url: "jdbc:postgresql://db/app?user=a&password=hunter22hunter"}}', 'url'],
])('A login in a URL is refused and not shown: %s', (text, key) => {
  const parsed = parseConfigText(text)
  expect(parsed.valid).toBe(false)
  if (parsed.valid) return
  const said = parsed.problems.map((each) => each.text).join('\n')
  expect(said).toContain(key)
  expect(said).not.toContain('hunter22')
})

describe('A secret that stands in the wrong input is not repeated', () => {
  const redactor = createRedactor()
  redactor.add('hunter22-hunter')
  redactCutsWith(redactor)

  test.each([
    ['timeout', 'hunter22-hunter'],
    ['timeout', 'ghp_abcdefABCDEF0123456789abcdefABCDEF0123'],
    ['rollback', 'hvs.CAESIJ4tQmHf0PqE0s2Gx3'],
    ['environment-url', 'https://u:hunter22hunter@example.com'],
    ['vault-url', 'https://u:hunter22hunter@example.com'],
  ])('%s: %s', (name, value) => {
    let said = ''
    try {
      readInputs({ [`INPUT_${name.toUpperCase()}`]: value }, () => undefined)
    } catch (thrown) {
      said = (thrown as StagegateError).evidence.join('\n')
    }
    expect(said).toContain(`${name}: this value is not allowed`)
    expect(said).not.toMatch(/hunter22|ghp_|hvs\./)
  })

  test('What is mistyped is', () => {
    expect(() => readInputs({ INPUT_TIMEOUT: '30 minutes' }, () => undefined)).toThrow(StagegateError)
    try {
      readInputs({ INPUT_TIMEOUT: '30 minutes' }, () => undefined)
    } catch (thrown) {
      expect((thrown as StagegateError).evidence.join('\n')).toContain('"30 minutes" is not allowed')
    }
  })
})
