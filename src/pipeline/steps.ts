import { StagegateError, toStagegateError } from '../errors/index.ts'
import type { RunOptions } from './run.ts'
import type { Result, StepResult } from './result.ts'
import type { Fact, PlannedStep, StepContext } from './stage.ts'

/**
 * How long a step that was told to end may take to do so before the engine goes on without it: a child has 3 s of it
 * until it is killed. After a cancel the whole run has 7 s. Milliseconds.
 */
const GRACE_MS = 4_500

/** Runs the steps of one stage: a limit on how many at a time, a timeout each, and one result each. */
export class StepRunner {
  readonly #stage: string
  readonly #planned: ReadonlyMap<string, PlannedStep>
  readonly #signal: AbortSignal
  readonly #options: Pick<RunOptions<unknown, unknown, unknown>, 'surroundings' | 'concurrency' | 'listen'>
  readonly #done = new Map<string, StepResult>()
  readonly #running = new Set<Promise<unknown>>()
  readonly #waiting: (() => void)[] = []
  #slots: number
  #firstFailure: StagegateError | undefined

  constructor(
    stage: string,
    steps: readonly PlannedStep[],
    signal: AbortSignal,
    options: Pick<RunOptions<unknown, unknown, unknown>, 'surroundings' | 'concurrency' | 'listen'>,
  ) {
    this.#stage = stage
    this.#planned = new Map(steps.map((step) => [step.id, step]))
    this.#signal = signal
    this.#options = options
    this.#slots = Math.max(1, options.concurrency)
  }

  /** Runs one planned step; see `StageContext.step`. */
  run<T>(id: string, execute: (step: StepContext) => Promise<T>): Promise<T | undefined> {
    const step = this.#planned.get(id)
    if (step === undefined)
      return Promise.reject(new Error(`${this.#stage} runs the step ${id}, which it did not plan`))
    if (!step.run) return Promise.resolve(undefined)
    if (this.#done.has(id)) return Promise.reject(new Error(`${this.#stage} runs the step ${id} twice`))
    const running = this.#execute(step, execute)
    const tracked = running.catch(() => undefined).finally(() => this.#running.delete(tracked))
    this.#running.add(tracked)
    return running
  }

  /** Waits until no step runs any more. */
  async settle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }

  firstFailure(): StagegateError | undefined {
    return this.#firstFailure
  }

  /** One result for each planned step, in the plan's order. */
  results(reason: string, blocked: boolean): readonly StepResult[] {
    return [...this.#planned.values()].map((step): StepResult => {
      if (!step.run) {
        return {
          id: step.id,
          critical: false,
          result: { status: 'skipped', reason: step.reason, blocked: false },
          facts: [],
          kept: {},
        }
      }
      const skipped: Result<unknown> = { status: 'skipped', reason, blocked }
      return (
        this.#done.get(step.id) ?? {
          id: step.id,
          critical: step.critical ?? true,
          result: skipped,
          facts: [],
          kept: {},
        }
      )
    })
  }

  async #execute<T>(
    step: PlannedStep & { run: true },
    execute: (step: StepContext) => Promise<T>,
  ): Promise<T | undefined> {
    await this.#takeSlot()
    const { surroundings, listen } = this.#options
    const critical = step.critical ?? true
    const facts: Fact[] = []
    const kept: Record<string, unknown> = {}
    const startedAt = surroundings.elapsed()
    const end = (result: Result<unknown>): void => {
      const ended: StepResult = {
        id: step.id,
        critical,
        result,
        facts,
        kept,
        startedAt,
        endedAt: surroundings.elapsed(),
      }
      this.#done.set(step.id, ended)
      listen({ kind: 'step-ended', stage: this.#stage, step: ended })
    }
    const timeout = surroundings.deadline(step.timeoutMs, () => this.#timeoutError(step))
    const signal = AbortSignal.any([this.#signal, timeout.signal])
    const log = surroundings.openLog(this.#stage, step.id, step.summary)
    try {
      signal.throwIfAborted()
      listen({ kind: 'step-started', stage: this.#stage, step: step.id })
      const context: StepContext = {
        signal,
        log,
        fact: (name, value) => void facts.push({ name, value }),
        keep: (name, value) => void (kept[name] = value),
      }
      const output = await this.#orGiveUp(execute(context), signal)
      end({ status: 'success', output })
      return output
    } catch (thrown) {
      if (this.#signal.aborted && !timeout.signal.aborted && !isOwnFailure(thrown, this.#signal)) {
        end({ status: 'cancelled' })
        throw thrown
      }
      const error = timeout.signal.aborted ? this.#timedOut(thrown, timeout.signal) : toStagegateError(thrown)
      end({ status: 'failure', error })
      if (!critical) return undefined
      this.#firstFailure ??= error
      throw error
    } finally {
      timeout.clear()
      log.close()
      this.#freeSlot()
    }
  }

  /** The step's own promise, or a rejection when it ignores its signal for longer than the grace. */
  async #orGiveUp<T>(running: Promise<T>, signal: AbortSignal): Promise<T> {
    let grace: { readonly signal: AbortSignal; clear(): void } | undefined
    const { promise: givenUp, reject } = Promise.withResolvers<never>()
    const start = (): void => {
      grace = this.#options.surroundings.deadline(GRACE_MS, () => signal.reason as Error)
      grace.signal.addEventListener('abort', () => {
        reject(signal.reason as Error)
      })
    }
    if (signal.aborted) start()
    else signal.addEventListener('abort', start)
    try {
      return await Promise.race([running, givenUp])
    } finally {
      // A cancel after the step's end must not start the time of one that is over.
      signal.removeEventListener('abort', start)
      grace?.clear()
    }
  }

  #timeoutError(step: PlannedStep & { run: true }): StagegateError {
    return new StagegateError('E_STEP_TIMEOUT', {
      message: `${this.#stage}.${step.id} did not end within ${Math.round(step.timeoutMs / 1000)} s.`,
    })
  }

  #timedOut(thrown: unknown, timeout: AbortSignal): StagegateError {
    const error = timeout.reason as StagegateError
    if (!(thrown instanceof StagegateError) || thrown === error) return error
    // The step ended by its time, and says itself what it leaves behind.
    if (thrown.cause === error) return thrown
    const { message, evidence, state } = thrown
    return error.with({ evidence: [message, ...evidence], ...(state === undefined ? {} : { state }) })
  }

  #takeSlot(): Promise<void> {
    if (this.#slots > 0) {
      this.#slots -= 1
      return Promise.resolve()
    }
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #freeSlot(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#slots += 1
    else next()
  }
}

/** A failure that the step found by itself, though a cancel came at the same time. */
function isOwnFailure(thrown: unknown, signal: AbortSignal): boolean {
  return thrown instanceof StagegateError && thrown !== signal.reason && thrown.code !== 'E_CANCELLED'
}
