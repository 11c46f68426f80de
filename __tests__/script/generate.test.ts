import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv, type ValidateFunction } from 'ajv'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { betweenMarkers } from '../../script/lib/generate/between-markers.ts'
import { configurationReference } from '../../script/lib/generate/configuration-reference.ts'
import { errorsPage } from '../../script/lib/generate/errors-page.ts'
import { configJsonSchema } from '../../script/lib/generate/json-schema.ts'
import { parseConfigText } from '../../src/config/load/parse-config-text.ts'
import { catalogue } from '../../src/errors/index.ts'

const root = join(import.meta.dirname, '../..')

describe('the schema for editors', () => {
  let validate: ValidateFunction

  beforeAll(() => {
    validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(configJsonSchema())
  })

  it('describes every key', () => {
    const undescribed: string[] = []
    const walk = (schema: unknown, path: string): void => {
      if (typeof schema !== 'object' || schema === null) return
      for (const [key, value] of Object.entries(schema)) {
        if (key === 'properties') {
          for (const [name, child] of Object.entries(value as Record<string, { description?: string }>)) {
            if (child.description === undefined) undescribed.push(`${path}.${name}`)
            walk(child, `${path}.${name}`)
          }
        } else walk(value, path)
      }
    }
    walk(configJsonSchema(), '')
    expect(undescribed).toEqual([])
  })

  it('accepts the example of docs/configuration.md', () => {
    const example = /```yaml\n(service:[^]*?)```/.exec(
      readFileSync(join(root, 'docs/configuration.md'), 'utf8'),
    )?.[1]
    validate(parse(example!))
    expect(validate.errors).toBeNull()
  })

  it.each([
    'bulid: {}',
    'version: 2',
    'service: API',
    'build: { lint: { command: x } }',
    'scan: { fail-on: severe }',
    'image: { platforms: [] }',
    'deploy: { manifests: [/etc] }',
  ])('refuses %s, as the loader does', (text) => {
    expect(validate(parse(text))).toBe(false)
    expect(parseConfigText(text).valid).toBe(false)
  })

  it('accepts whatever the loader accepts', () => {
    const step = fc.oneof(
      fc.constantFrom('npm test', false, ['a', 'b']),
      fc.record(
        {
          run: fc.constantFrom('x', ['x', 'y']),
          timeout: fc.constantFrom('5m', '1h30m', 'soon'),
          env: fc.dictionary(fc.constantFrom('A', 'B_C', 'PATH'), fc.constantFrom('x', '1')),
          reports: fc.constantFrom('a/*.xml', ['b'], '/abs'),
          critical: fc.boolean(),
        },
        { requiredKeys: ['run'] },
      ),
    )
    const file = fc.record(
      {
        version: fc.constantFrom(1, 2),
        service: fc.constantFrom('api', 'API', '-'),
        build: fc.record({ compile: step, lint: step }, { requiredKeys: [] }),
        test: fc.record({ unit: step }, { requiredKeys: [] }),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(file, (values) => {
        if (parseConfigText(JSON.stringify(values)).valid) expect(validate(values)).toBe(true)
      }),
    )
  })
})

describe('the page of errors', () => {
  it('has a heading for each code, which is its anchor', () => {
    const page = errorsPage()
    for (const code of Object.keys(catalogue)) expect(page).toContain(`\n## ${code}\n`)
  })
})

describe('the reference of the configuration', () => {
  it('has every key once, and names the keys of the same kind only where they are first', () => {
    const reference = configurationReference(configJsonSchema())
    const keys = [...reference.matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1])
    expect(new Set(keys).size).toBe(keys.length)
    expect(keys).toContain('build.prepare.working-directory')
    expect(keys).toContain('deploy.secrets[].to.kubernetes')
    expect(keys).not.toContain('build.lint.run')
    expect(reference).toContain('Keys as of `build.prepare`.')
  })
})

describe('a generated part of a page', () => {
  it('replaces what is between its markers only', () => {
    const page = 'before\n<!-- a:start -->\nold\n<!-- a:end -->\nafter'
    expect(betweenMarkers(page, 'a', 'new\n')).toBe(
      'before\n<!-- a:start -->\n\nnew\n\n<!-- a:end -->\nafter',
    )
    expect(betweenMarkers(page, 'b', 'new')).toBeUndefined()
  })
})
