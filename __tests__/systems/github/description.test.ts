import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { loadDescription } from './description.ts'
import { type Json, toJsonSchema } from './json-schema.ts'
import { PathTable } from './path-table.ts'
import { requiredPermissions } from './permissions.ts'
import { generalRoutes, routesOfRepositories } from './routes/index.ts'

describe('a path table', () => {
  const table = new PathTable<string>()
  const commit = '/repos/{owner}/{repo}/commits/{ref}'
  for (const path of [commit, `${commit}/status`, `${commit}/check-runs`])
    table.add('GET', path, ['ref'], path)
  table.add('GET', '/repos/{owner}/{repo}', [], 'repository')

  const segment = fc.string({ minLength: 1 }).filter((text) => text !== 'status' && text !== 'check-runs')
  const ref = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'))

  test('gives back any values, whether the slashes of a ref are encoded or not', () => {
    const encodeAll = encodeURIComponent
    const encodeSegments = (text: string) => text.split('/').map(encodeURIComponent).join('/')
    fc.assert(
      fc.property(
        segment,
        segment,
        ref,
        fc.constantFrom(encodeAll, encodeSegments),
        (owner, repo, name, encode) => {
          const path = `/repos/${encodeURIComponent(owner)}/${encodeURIComponent(repo)}/commits/${encode(name)}`
          expect(table.match('GET', path)).toEqual({ value: commit, parameters: { owner, repo, ref: name } })
          expect(table.match('GET', `${path}/status`)?.value).toBe(`${commit}/status`)
        },
      ),
    )
  })

  test('has no answer for an empty value, another method, or what is not percent-encoded text', () => {
    for (const path of ['/repos//x', '/repos/x', '/repos/x/%E0%A4%A', '/']) {
      expect(table.match('GET', path)).toBeUndefined()
    }
    expect(table.match('PUT', '/repos/a/b')).toBeUndefined()
  })
})

describe('the conversion of an OpenAPI schema', () => {
  test('lets null pass where it is allowed, beside a reference and an enum too', () => {
    const reference = { $ref: '#/components/schemas/simple-user', nullable: true }
    expect(toJsonSchema(reference)).toEqual({
      anyOf: [{ $ref: 'https://api.github.com/schemas/simple-user' }, { type: 'null' }],
    })
    const conclusion = { type: 'string', enum: ['success'], nullable: true }
    expect(toJsonSchema(conclusion)).toEqual({
      anyOf: [{ type: 'string', enum: ['success'] }, { type: 'null' }],
    })
  })

  test('keeps properties that have the name of a keyword', () => {
    const schema = {
      type: 'object',
      properties: { description: { type: 'string', description: 'text' }, default: {} },
    }
    expect(toJsonSchema(schema)).toEqual({
      type: 'object',
      properties: { description: { type: 'string' }, default: {} },
    })
  })
})

describe('the official description', () => {
  const description = loadDescription()

  test('finds the operation of a path', () => {
    const operations = [
      'GET /meta',
      'POST /repos/o/r/check-runs',
      'GET /repos/o/r/compare/a...b',
      'GET /repos/o/r/contents',
    ]
    const found = operations.map(
      (line) => description.match(...(line.split(' ') as [string, string]))?.value.id,
    )
    expect(found).toEqual([
      'meta/get',
      'checks/create',
      'repos/compare-commits-with-basehead',
      'repos/get-content',
    ])
  })

  test('has an operation for every route of the server', () => {
    const file = createRequire(import.meta.url).resolve('@octokit/openapi/generated/api.github.com.json')
    const { paths } = JSON.parse(readFileSync(file, 'utf8')) as {
      paths: Record<string, Record<string, Json>>
    }
    const operations = Object.values(paths).flatMap((methods) => Object.values(methods))
    const known = new Set(operations.map(({ operationId }) => operationId))
    expect(Object.keys({ ...generalRoutes, ...routesOfRepositories }).filter((id) => !known.has(id))).toEqual(
      [],
    )
  })

  test('has an entry in the table of permissions for every route of the server', () => {
    const routes = Object.keys({ ...generalRoutes, ...routesOfRepositories })
    expect(routes.filter((id) => requiredPermissions(id) === undefined)).toEqual([])
  })
})
