/** Requests of a task that others run beside: an apply, which nothing runs beside, has more of them in flight. */
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

/** The same, with what the tasks give. @throws what the first of the items that failed threw */
export async function mapConcurrently<T, R>(
  items: readonly T[],
  run: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  return (await settleConcurrently(items, run)).map((each) => {
    if (each.status === 'rejected') throw each.reason
    return each.value
  })
}
