import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { listRecordings, readRecording } from './recordings.ts'
import { replay, wasReady } from './replay.ts'
import { type Faults, noFaults } from './replay-client.ts'

const faults: fc.Arbitrary<Faults> = fc.record({
  lateMs: fc.constantFrom(0, 50, 1_000, 12_000),
  lost: fc.constantFrom(0, 0, 0.2, 0.7),
  repeated: fc.constantFrom(0, 0.3),
  cutAfter: fc.constantFrom(0, 0, 3, 10),
  down: fc.constantFrom(0, 0, 0.2),
  unwatchable: fc.constantFrom(false, false, false, true),
  expired: fc.constantFrom(0, 0, 0.3),
  staleMs: fc.constantFrom(0, 0, 1_000),
})

/** Kubernetes calls the same trouble by turns. */
function troubleOf(verdict: string): string {
  if (/Image|Pull/.test(verdict) && !/Invalid|Never/.test(verdict)) return 'image'
  if (/^(?:RunContainerError|StartError)$/.test(verdict)) return 'start'
  return /^(?:Deleted|Terminating)$/.test(verdict) ? 'deleted' : verdict
}

describe.each(listRecordings())('the recorded rollout %s', (name) => {
  const recording = readRecording(name)
  const truth = troubleOf(recording.verdict)

  test('ends as it did', async () => {
    const { verdict, at } = await replay(recording, noFaults, 1)
    expect(troubleOf(verdict)).toBe(truth)
    expect(wasReady(recording, at, at)).toBe(verdict === 'done')
  })

  test('ends the same however late, lost, repeated or out of order its events are, and its lists stale', async () => {
    await fc.assert(
      fc.asyncProperty(faults, fc.integer(), async (befalls, seed) => {
        const { verdict, at } = await replay(recording, befalls, seed)
        expect(troubleOf(verdict)).toBe(truth)
        if (verdict === 'done') expect(wasReady(recording, at - befalls.staleMs, at)).toBe(true)
      }),
      { numRuns: 15 },
    )
  })
})
