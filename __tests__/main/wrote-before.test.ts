import { describe, expect, it } from 'vitest'
import { wroteBefore } from '../../src/main/wrote-before.ts'

const runs = 'https://github.com/acme/api/actions/runs'
const own = `${runs}/77/attempts/2`
const startedAt = '2026-05-04T08:00:00.500Z'
const before = '2026-05-04T07:59:00Z'
const since = '2026-05-04T08:01:00Z'

describe('a status on the commit of a run', () => {
  it.each([
    ['of an earlier run, before it', `${runs}/76/attempts/9`, before],
    ['of an earlier attempt, before it', `${runs}/77/attempts/1`, before],
    ['of somebody else, before it', 'https://ci.example.com/9', before],
    ['of an earlier run, at a time that the server does not say', `${runs}/76/attempts/1`, ''],
  ])('was there already: %s', (_, targetUrl, createdAt) => {
    expect(wroteBefore({ targetUrl, createdAt }, own, startedAt)).toBe(true)
  })

  it.each([
    ['of a later run, whatever its clock says', `${runs}/78/attempts/1`, before],
    ['of a later attempt', `${runs}/77/attempts/3`, before],
    ['of an earlier run that somebody has run again since', `${runs}/76/attempts/2`, since],
    ['of somebody else, since', 'https://ci.example.com/9', since],
    ['of somebody else, at a time that the server does not say', '', ''],
  ])('is not replaced: %s', (_, targetUrl, createdAt) => {
    expect(wroteBefore({ targetUrl, createdAt }, own, startedAt)).toBe(false)
  })
})
