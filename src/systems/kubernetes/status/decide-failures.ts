import type { Symptom } from './status.ts'

/** The symptoms that have outlasted their grace. Pure. */
export function decideFailures(
  symptoms: readonly Symptom[],
  ages: { of(key: string, now: number): number },
  now: number,
): readonly Symptom[] {
  return symptoms.filter(({ key, graceMs }) => ages.of(key, now) >= graceMs)
}
