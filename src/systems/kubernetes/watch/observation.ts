import { StagegateError } from '../../../errors/index.ts'
import type { Clock } from '../../clock/clock.ts'
import type { ApiClient } from '../client/api-client.ts'
import { isPassing } from '../client/api-error.ts'
import { listObjects, type Selection } from './list-objects.ts'
import { ObjectStore } from './object-store.ts'
import { observe } from './observe.ts'

export interface Observed {
  readonly selection: Selection
  /** Without it nothing can be judged: not being allowed to list it is an error. */
  readonly required: boolean
  /** What was deleted is asked for too. */
  readonly remembers?: boolean
}

export interface ObservationOptions {
  readonly client: ApiClient
  readonly clock: Clock
  readonly signal: AbortSignal
  /** One line: the server does not answer, answers again, or does not let something be seen. */
  readonly onTrouble: (text: string) => void
}

/** Several selections observed together, from their first list until `close`. */
export interface Observation {
  /** The objects of each selection, in the order of the selections. */
  readonly stores: readonly ObjectStore[]
  /** Selections (by their place) that may not be listed: nothing is known of them. */
  readonly forbidden: ReadonlySet<number>
  /** For how long the server has not answered, in milliseconds; 0 while it does. */
  awayFor(): number
  /** Resolves when every selection was listed. @throws what ends an observation */
  listed(): Promise<void>
  /** Resolves after the next change, or after some milliseconds. @throws what ends an observation; the signal's reason */
  next(milliseconds: number): Promise<void>
  /** Lists everything anew, as the server knows it now; false when it does not answer. */
  confirm(): Promise<boolean>
  close(): Promise<void>
}

export function startObservation(observed: readonly Observed[], options: ObservationOptions): Observation {
  const { client, clock, onTrouble } = options
  const ended = new AbortController()
  const signal = AbortSignal.any([options.signal, ended.signal])
  const stores = observed.map(({ remembers }) => new ObjectStore(remembers))
  const waiting = new Set(stores)
  const troubled = new Set<ObjectStore>()
  const forbidden = new Set<number>()
  let failure: { readonly thrown: unknown } | undefined
  let awaySince: number | undefined
  let changed = false
  let wake: () => void = () => undefined

  function change(): void {
    changed = true
    wake()
  }

  const running = stores.map(async (store, index) => {
    const each = observed[index]
    if (each === undefined) return
    const { selection, required } = each
    const { plural } = selection.resource
    const onChange = (): void => {
      waiting.delete(store)
      if (troubled.delete(store) && troubled.size === 0) {
        awaySince = undefined
        onTrouble('the API answers again')
      }
      change()
    }
    const onTroubled = (error: StagegateError): void => {
      if (troubled.size === 0) onTrouble(`the API does not answer, waiting for it: ${error.message}`)
      awaySince ??= clock.monotonic()
      troubled.add(store)
    }
    try {
      await observe({ client, clock, signal, store, onChange, onTrouble: onTroubled }, selection)
    } catch (thrown) {
      if (signal.aborted) return
      if (!required && thrown instanceof StagegateError && thrown.code === 'E_KUBE_FORBIDDEN') {
        onTrouble(`${plural} may not be listed: causes of failures are seen later or not at all`)
        forbidden.add(index)
        onChange()
        return
      }
      failure ??= { thrown }
      change()
    }
  })

  async function next(milliseconds: number): Promise<void> {
    if (!changed && failure === undefined) {
      const timer = new AbortController()
      const woken = new Promise<void>((resolve) => {
        wake = resolve
      })
      const slept = clock.sleep(milliseconds, AbortSignal.any([signal, timer.signal])).catch(() => undefined)
      await Promise.race([woken, slept])
      timer.abort()
      await slept
    }
    changed = false
    options.signal.throwIfAborted()
    if (failure !== undefined) throw failure.thrown
  }

  return {
    stores,
    forbidden,
    next,
    awayFor: () => (awaySince === undefined ? 0 : clock.monotonic() - awaySince),
    async listed() {
      while (waiting.size > 0) await next(1_000)
    },
    async confirm() {
      const listed = observed.map(async ({ selection }, index) => {
        if (forbidden.has(index)) return
        const { items, resourceVersion } = await listObjects(client, selection, signal, { attempts: 1 })
        stores[index]?.replace(items, resourceVersion)
      })
      try {
        await Promise.all(listed)
        return true
      } catch (thrown) {
        options.signal.throwIfAborted()
        if (isPassing(thrown)) return false
        throw thrown
      }
    },
    async close() {
      ended.abort()
      await Promise.all(running)
    },
  }
}
