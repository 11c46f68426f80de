import { StagegateError } from '../../../errors/index.ts'
import type { Clock } from '../../clock/clock.ts'
import type { ApiClient } from '../client/api-client.ts'
import { objectId } from '../object-id.ts'
import type { PlannedChange } from './plan-change.ts'
import { readObject } from './read-object.ts'
import type { Target } from './target.ts'

/** How long an instance of the API server may go on with the definition of before, as nelm bears it. Milliseconds. */
export const RENEWAL_MS = 10_000
const INTERVAL = 250

/**
 * Asks about an object whose definition has just changed. Nothing in the cluster says which version of a definition an
 * instance of the server goes by (seen with one instance of 1.34: the first request after the change met the one of before
 * once in ten times), but what the new one allows and the old one does not is refused until then.
 *
 * @param end until when a refusal may be of the definition of before, by the monotonic clock
 */
export async function outlastRenewal<T>(
  clock: Clock,
  end: number,
  ask: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  for (;;) {
    try {
      return await ask()
    } catch (thrown) {
      if (!isSchemaRefusal(thrown) || clock.monotonic() >= end) throw thrown
      await clock.sleep(INTERVAL, signal)
    }
  }
}

/**
 * What a dry run says of an object whose definition would change before it: what the definition of before refuses may be
 * right by then, and what differs is not known.
 */
export async function foretellRenewed(
  { client, signal }: { readonly client: ApiClient; readonly signal: AbortSignal },
  target: Target,
  plan: () => Promise<PlannedChange>,
): Promise<PlannedChange> {
  try {
    return await plan()
  } catch (thrown) {
    if (!isSchemaRefusal(thrown)) throw thrown
    const { object, resource } = target
    const live = await readObject(client, resource, objectId(object), signal)
    const change = live === undefined ? 'created' : 'changed'
    const diff = live === undefined ? [] : ['(known when the new definition of its kind is served)']
    return { target, resource, change, sent: object, object, diff, takeOver: false, asksAnew: false }
  }
}

/** Whether another schema could accept what was refused. */
function isSchemaRefusal(thrown: unknown): boolean {
  return thrown instanceof StagegateError && thrown.code === 'E_MANIFEST_INVALID'
}
