/** The last line of a rollout's progress that says how something stands: events may tell of trouble that has passed later still. */
export function lastState(said: readonly string[]): string | undefined {
  return said.findLast((text) => !/(?:^|: )warning: /.test(text))
}
