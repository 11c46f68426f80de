/** Requests in flight at the same time: the API server's fairness allows a client some more. */
export const CONCURRENCY = 8

/** Runs a task for each item, at most so many at the same time, and waits for all of them whatever fails. */
export async function settleConcurrently<T, R>(
  items: readonly T[],
  run: (item: T) => Promise<R>,
  limit = CONCURRENCY,
): Promise<readonly PromiseSettledResult<R>[]> {
  const results: PromiseSettledResult<R>[] = []
  const waiting = items.entries()
  const work = async (): Promise<void> => {
    for (const [index, item] of waiting) {
      const [settled] = await Promise.allSettled([run(item)])
      results[index] = settled
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work))
  return results
}
