import type { WrittenObject } from './applied-object.ts'
import { objectId, renderId } from './object-id.ts'

/** An error is read to its end. */
const MAX_LINES = 40

/** For people. */
export const changeWords: Readonly<Record<WrittenObject['change'], string>> = {
  created: 'created',
  changed: 'changed',
  recreated: 'recreated',
  unchanged: 'unchanged',
  deleted: 'deleted, not made anew',
  uncertain: 'perhaps written',
}

/** What was written, one line each: `changed: Deployment staging/api`. What is unchanged is left out. Pure. */
export function renderWritten(written: readonly WrittenObject[]): readonly string[] {
  const lines = written
    .filter((each) => each.change !== 'unchanged')
    .map(({ object, change }) => `${changeWords[change]}: ${renderId(objectId(object))}`)
  if (lines.length <= MAX_LINES) return lines
  return [...lines.slice(0, MAX_LINES), `and ${lines.length - MAX_LINES} more`]
}
