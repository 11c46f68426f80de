import type { Step } from './plan-order.ts'

/**
 * Runs each step as soon as what it needs has ended, those that come first in the list first, and at most so many at
 * the same time. After a failure nothing more is begun; what runs is waited for.
 *
 * @returns what was thrown, in the order in which it was
 */
export async function runInOrder<T>(
  steps: readonly Step<T>[],
  run: (item: T) => Promise<void>,
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal },
): Promise<readonly unknown[]> {
  const open = steps.map((step) => step.needs.length)
  const neededBy = steps.map((): number[] => [])
  steps.forEach((step, index) => {
    for (const need of step.needs) neededBy[need]?.push(index)
  })
  const ready = steps.flatMap((step, index) => (step.needs.length === 0 ? [index] : []))
  const failures: unknown[] = []
  let running = 0

  await new Promise<void>((resolve) => {
    begin()

    function begin(): void {
      while (running < limit && failures.length === 0 && !signal.aborted) {
        const index = ready.shift()
        if (index === undefined) break
        const item = steps[index]?.item
        if (item === undefined) end(index)
        else {
          running += 1
          void run(item).then(
            () => {
              running -= 1
              end(index)
              begin()
            },
            (thrown: unknown) => {
              running -= 1
              failures.push(thrown)
              begin()
            },
          )
        }
      }
      if (running === 0) resolve()
    }
  })
  return failures

  function end(index: number): void {
    for (const next of neededBy[index] ?? []) {
      const count = (open[next] ?? 0) - 1
      open[next] = count
      if (count === 0) ready.push(next)
    }
  }
}
