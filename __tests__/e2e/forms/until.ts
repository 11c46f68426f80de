/** Waits for what comes by itself; for hooks, in which `expect.poll` is not to be had. */
export async function until(isSo: () => boolean, what: () => string, seconds = 30): Promise<void> {
  for (let round = 0; !isSo(); round += 1) {
    if (round > seconds * 10) throw new Error(`not after ${seconds} s: ${what()}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
