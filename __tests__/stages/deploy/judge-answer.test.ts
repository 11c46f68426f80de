import { describe, expect, it } from 'vitest'
import { judgeAnswer } from '../../../src/stages/deploy/smoke/judge-answer.ts'

const check = {
  name: 'health',
  url: 'http://x/healthz',
  status: 200,
  body: { version: '1.1.0' },
  source: 'x:1',
}

describe('judgeAnswer', () => {
  it('finds nothing wrong with the expected answer', () => {
    expect(judgeAnswer(check, { status: 200, body: '{"version":"1.1.0","database":"ok"}' })).toBeUndefined()
  })

  it('says which version answers instead of the expected one', () => {
    expect(judgeAnswer(check, { status: 200, body: '{"version":"1.0.9"}' })).toBe(
      'version is "1.0.9", expected "1.1.0"',
    )
  })

  it('says the status and the start of the body when the status is another', () => {
    expect(judgeAnswer(check, { status: 503, body: 'no\n  database' })).toBe(
      'status 503, expected 200: no database',
    )
  })

  it('says that a value is missing', () => {
    expect(judgeAnswer(check, { status: 200, body: '{}' })).toBe('version is missing, expected "1.1.0"')
  })

  it('says that the body is not JSON', () => {
    expect(judgeAnswer(check, { status: 200, body: '<html>' })).toBe('the body is not JSON: <html>')
  })

  it('reads nested keys, and only own ones', () => {
    const nested = { ...check, body: { 'database.state': 'ok' } }
    expect(judgeAnswer(nested, { status: 200, body: '{"database":{"state":"ok"}}' })).toBeUndefined()
    const inherited = { ...check, body: { constructor: 'x' } }
    expect(judgeAnswer(inherited, { status: 200, body: '{}' })).toBe('constructor is missing, expected "x"')
  })

  it('looks for a text in the body', () => {
    expect(judgeAnswer({ ...check, body: 'ready' }, { status: 200, body: 'is ready' })).toBeUndefined()
    expect(judgeAnswer({ ...check, body: 'ready' }, { status: 200, body: 'busy' })).toContain(
      'has no "ready"',
    )
  })
})
