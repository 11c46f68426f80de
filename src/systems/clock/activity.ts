import type { Clock } from './clock.ts'

/** A stretch of time in which at least one child ran or one remote answer was awaited. Milliseconds of the clock. */
export interface Span {
  readonly startMs: number
  readonly endMs: number
  /** What began it, such as `npm` or `vault`. */
  readonly first: string
  /** What ended it. */
  readonly last: string
}

/** A stretch in which Stagegate itself was at work: its own overhead. */
export interface Gap {
  readonly startMs: number
  readonly endMs: number
  /** What ended before it; `start` for the first. */
  readonly after: string
  /** What began after it; `end` for the last. */
  readonly before: string
}

/** Records when others were at work, so that what is left is known to be Stagegate's own time. */
export interface Activity {
  /** Something began; the function that is returned ends it, and does nothing when called again. */
  begin(label: string): () => void
  /** The union of all intervals so far, in order; what is still going on ends now. */
  spans(): readonly Span[]
}

export function createActivity(clock: Pick<Clock, 'monotonic'>): Activity {
  const closed: Span[] = []
  let open: { startMs: number; first: string; count: number } | undefined
  return {
    begin(label) {
      if (open === undefined) open = { startMs: clock.monotonic(), first: label, count: 1 }
      else open.count += 1
      let ended = false
      return () => {
        if (ended || open === undefined) return
        ended = true
        open.count -= 1
        if (open.count > 0) return
        closed.push({ startMs: open.startMs, endMs: clock.monotonic(), first: open.first, last: label })
        open = undefined
      }
    },
    spans() {
      if (open === undefined) return [...closed]
      return [
        ...closed,
        { startMs: open.startMs, endMs: clock.monotonic(), first: open.first, last: open.first },
      ]
    },
  }
}

/** What lies between the spans from one moment to another; their sum is the overhead. */
export function findGaps(spans: readonly Span[], fromMs: number, toMs: number): readonly Gap[] {
  const gaps: Gap[] = []
  let startMs = fromMs
  let after = 'start'
  for (const span of spans) {
    if (span.endMs <= fromMs) continue
    if (span.startMs >= toMs) break
    if (span.startMs > startMs) gaps.push({ startMs, endMs: span.startMs, after, before: span.first })
    if (span.endMs >= startMs) {
      startMs = span.endMs
      after = span.last
    }
  }
  if (startMs < toMs) gaps.push({ startMs, endMs: toMs, after, before: 'end' })
  return gaps
}

/** A clock whose waits are recorded: a pause that a step keeps by design is not work. */
export function withPauses(clock: Clock, activity: Activity): Clock {
  return {
    ...clock,
    async sleep(milliseconds, signal) {
      const end = activity.begin('pause')
      try {
        await clock.sleep(milliseconds, signal)
      } finally {
        end()
      }
    },
  }
}

/** The spans of several records together, in the order of their begin; some may overlap. */
export function joinSpans(...all: readonly (readonly Span[])[]): readonly Span[] {
  return all.flat().toSorted((one, other) => one.startMs - other.startMs)
}
