/** How many rollouts one node of two processors carries at a time. */
const TOGETHER = 16

/** Starts real cases at once, as many as the machine carries, each to be awaited by the test that is about it. */
export function startTogether<Case extends { readonly name: string }, Result>(
  cases: readonly Case[],
  run: (each: Case) => Promise<Result>,
): ReadonlyMap<string, Promise<Result>> {
  const queue: (() => void)[] = []
  let running = 0
  const turn = async (): Promise<void> => {
    if (running >= TOGETHER) await new Promise<void>((resolve) => queue.push(resolve))
    else running += 1
  }
  return new Map(
    cases.map((each) => {
      const result = turn()
        .then(() => run(each))
        .finally(() => {
          const next = queue.shift()
          if (next === undefined) running -= 1
          else next()
        })
      result.catch(() => undefined)
      return [each.name, result]
    }),
  )
}
