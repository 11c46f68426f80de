/**
 * Waits for all, then throws the first failure in order: what runs at the same time is never cut off by its neighbour,
 * so that one run shows everything that is wrong.
 */
export async function settleAll<T extends readonly Promise<unknown>[] | []>(
  promises: T,
): Promise<{ [Index in keyof T]: Awaited<T[Index]> }> {
  const settled = await Promise.allSettled(promises)
  const failed = settled.find((each) => each.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  return settled.map((each) => (each as PromiseFulfilledResult<unknown>).value) as {
    [Index in keyof T]: Awaited<T[Index]>
  }
}
