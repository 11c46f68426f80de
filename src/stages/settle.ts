/**
 * Waits for all, then throws the first failure in order: what runs at the same time is never cut off by its neighbour,
 * so that one run shows everything that is wrong.
 */
export async function settleAll<T extends readonly Promise<unknown>[] | []>(
  promises: T,
): Promise<{ [Index in keyof T]: Awaited<T[Index]> }> {
  const settled = await Promise.allSettled(promises)
  for (const each of settled) if (each.status === 'rejected') throw each.reason
  return settled.map((each) => (each as PromiseFulfilledResult<unknown>).value) as {
    [Index in keyof T]: Awaited<T[Index]>
  }
}
