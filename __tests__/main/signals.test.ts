import { EventEmitter } from 'node:events'
import { describe, expect, test } from 'vitest'
import { listenToSignals } from '../../src/main/signals.ts'
import { createFakeClock } from '../systems/fake-clock.ts'

function listen(timeoutMs = 60_000) {
  const process = new EventEmitter()
  const clock = createFakeClock()
  return { process, clock, signals: listenToSignals(process, clock, timeoutMs) }
}

describe('the signals of a run', () => {
  test.each(['SIGINT', 'SIGTERM'])('cancel it at %s, and leave 6 s for the last words', (name) => {
    const { process, clock, signals } = listen()
    process.emit(name)
    expect(signals.signal.reason).toMatchObject({
      code: 'E_CANCELLED',
      message: `The run was cancelled (${name}).`,
    })
    clock.advance(5_999)
    expect(signals.lastSignal.aborted).toBe(false)
    clock.advance(1)
    expect(signals.lastSignal.reason).toMatchObject({ code: 'E_CANCELLED' })
  })

  test('end the last words at once when a second one comes', () => {
    const { process, signals } = listen()
    process.emit('SIGINT')
    process.emit('SIGTERM')
    expect(signals.signal.reason).toMatchObject({ message: 'The run was cancelled (SIGINT).' })
    expect(signals.lastSignal.aborted).toBe(true)
  })

  test('fail the run when its time is over, and let it say so', () => {
    const { clock, signals } = listen(90_000)
    clock.advance(90_000)
    expect(signals.signal.reason).toMatchObject({
      code: 'E_RUN_TIMEOUT',
      message: 'The run did not end within 90 s.',
    })
    clock.advance(3_600_000)
    expect(signals.lastSignal.aborted).toBe(false)
  })

  test('give a cancel after the timeout its 6 s, then end', () => {
    const { process, clock, signals } = listen(1_000)
    clock.advance(1_000)
    process.emit('SIGTERM')
    expect(signals.signal.reason).toMatchObject({ code: 'E_RUN_TIMEOUT' })
    expect(signals.lastSignal.aborted).toBe(false)
    clock.advance(6_000)
    expect(signals.lastSignal.aborted).toBe(true)
  })

  test('leave no listener and no timer behind', () => {
    const { process, clock, signals } = listen()
    process.emit('SIGINT')
    signals.close()
    expect([process.listenerCount('SIGINT'), process.listenerCount('SIGTERM'), clock.pending()]).toEqual([
      0, 0, 0,
    ])
    clock.advance(3_600_000)
    expect(signals.lastSignal.aborted).toBe(false)
  })
})
