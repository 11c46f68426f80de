import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/** Of the space that V8 makes new objects in, both halves of it; it may take some more until that is seen. Bytes. */
const LIMIT = 8 * 1024 * 1024
const INTERVAL_MS = 25

/**
 * Keeps the space for new objects small. V8 doubles it whenever much survives in it, as it does while many requests are
 * under way, up to 48 MB that it never needs: a third of what an apply of 2,000 objects would take in all, for no time that
 * could be measured. A runner has no way to give Node its `--max-semi-space-size`, and V8 reads that one only at its start;
 * by what it grows it asks each time.
 */
export function boundYoungGeneration(): void {
  const timer = setInterval(() => {
    const space = getHeapSpaceStatistics().find((each) => each.space_name === 'new_space')
    if (space !== undefined && space.space_size < LIMIT) return
    clearInterval(timer)
    setFlagsFromString('--semi-space-growth-factor=1')
  }, INTERVAL_MS)
  timer.unref()
}
