import { EventEmitter } from 'node:events'
import { describe, expect, test, vi } from 'vitest'
import { StagegateError } from '../../src/errors/index.ts'
import { listenToSignals } from '../../src/main/signals.ts'
import { createFakeClock } from '../systems/fake-clock.ts'

function listen(timeoutMs = 60_000) {
  const process = new EventEmitter()
  const clock = createFakeClock()
  const signals = listenToSignals(process, clock)
  signals.limit(timeoutMs)
  const late = vi.fn()
  signals.onLate(late)
  return { process, clock, signals, late }
}

describe('the signals of a run', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'])(
    'cancel it at %s, and leave 5.5 s for the last words',
    (name) => {
      const { process, clock, signals } = listen()
      process.emit(name)
      expect(signals.signal.reason).toMatchObject({
        code: 'E_CANCELLED',
        message: `The run was cancelled (${name}).`,
      })
      clock.advance(5_499)
      expect(signals.lastSignal.aborted).toBe(false)
      clock.advance(1)
      expect(signals.lastSignal.reason).toMatchObject({ code: 'E_CANCELLED' })
    },
  )

  test('end it at once when an orderly end takes more than 6 s', () => {
    const { process, clock, late } = listen()
    process.emit('SIGINT')
    clock.advance(5_999)
    expect(late).not.toHaveBeenCalled()
    clock.advance(1)
    expect(late).toHaveBeenCalledTimes(1)
  })

  test('end the last words at once when a second one comes', () => {
    const { process, signals, late } = listen()
    process.emit('SIGINT')
    process.emit('SIGTERM')
    expect(signals.signal.reason).toMatchObject({ message: 'The run was cancelled (SIGINT).' })
    expect(signals.lastSignal.aborted).toBe(true)
    process.emit('SIGTERM')
    expect(late).toHaveBeenCalledTimes(1)
  })

  test('tell of a second one that came before anybody listened', () => {
    const process = new EventEmitter()
    const signals = listenToSignals(process, createFakeClock())
    process.emit('SIGINT')
    process.emit('SIGTERM')
    const late = vi.fn()
    signals.onLate(late)
    expect(late).toHaveBeenCalledTimes(1)
  })

  test('end it in order after a bug, and at once when bugs do not stop', () => {
    const { signals, late } = listen()
    const bug = new StagegateError('E_INTERNAL', { message: 'TypeError: x is not a function' })
    signals.crash(bug)
    signals.crash(new StagegateError('E_INTERNAL', { message: 'another' }))
    expect(signals.signal.reason).toBe(bug)
    expect(signals.crashed()).toBe(bug)
    expect(signals.lastSignal.aborted).toBe(false)
    for (let bugs = 0; bugs < 30; bugs += 1) signals.crash(bug)
    expect(late).toHaveBeenCalledTimes(1)
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

  test('give a cancel after the timeout its 5.5 s, then end', () => {
    const { process, clock, signals } = listen(1_000)
    clock.advance(1_000)
    process.emit('SIGTERM')
    expect(signals.signal.reason).toMatchObject({ code: 'E_RUN_TIMEOUT' })
    expect(signals.lastSignal.aborted).toBe(false)
    clock.advance(5_500)
    expect(signals.lastSignal.aborted).toBe(true)
  })

  test('change nothing after the end, and do not end the process before it has said its result', () => {
    const { process, clock, signals, late } = listen()
    signals.close()
    process.emit('SIGINT')
    process.emit('SIGTERM')
    expect([signals.signal.aborted, late.mock.calls.length]).toEqual([false, 0])
    // Without a listener the process would end at once, with another exit code.
    expect([process.listenerCount('SIGINT'), clock.pending()]).toEqual([1, 0])
    clock.advance(3_600_000)
    expect(signals.lastSignal.aborted).toBe(false)
  })
})
