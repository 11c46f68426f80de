import { expect, test } from 'vitest'
import { renderAge } from '../../../../src/stages/deploy/start/render-age.ts'

test.each([
  ['2026-05-01T10:00:00Z', '2026-05-01T10:00:30Z', 'less than a minute'],
  ['2026-05-01T10:00:00Z', '2026-05-01T10:12:59Z', '12 m'],
  ['2026-05-01T10:00:00+02:00', '2026-05-01T10:00:00Z', '2 h'],
  ['2026-05-01T10:00:00Z', '2026-05-01T12:05:00Z', '2 h 5 m'],
  ['2026-05-01T10:00:00Z', '2026-05-04T14:30:00Z', '3 d 4 h'],
  ['2026-05-01T10:00:00Z', '2026-06-01T10:59:00Z', '31 d'],
  ['2026-05-01T10:00:00Z', '2026-05-01T09:59:59Z', undefined],
  ['2026-05-01T10:00:00Z', undefined, undefined],
  ['no time', '2026-05-01T10:00:00Z', undefined],
])('from %s to %s it is %s', (earlier, later, expected) => {
  expect(renderAge(earlier, later)).toBe(expected)
})
