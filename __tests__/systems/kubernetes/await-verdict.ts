import { StagegateError } from '../../../src/errors/index.ts'
import { systemClock } from '../../../src/systems/clock/clock.ts'
import type { ApiClient } from '../../../src/systems/kubernetes/client/api-client.ts'
import type { KubernetesObject } from '../../../src/systems/kubernetes/kubernetes-object.ts'
import { createCluster } from '../../../src/systems/kubernetes/create-cluster.ts'
import type { TestbedCluster } from './testbed-cluster.ts'

export interface Verdict {
  /** `done`, the reason of a failure, or the code of another error. */
  readonly verdict: string
  readonly said: readonly string[]
}

export interface AwaitOptions {
  /** What someone else does once the objects are watched. */
  readonly meanwhile?: () => Promise<void>
  readonly limitMs?: number
  /** Another way to the cluster than the administrator's. */
  readonly client?: ApiClient
}

/** Waits for objects as a run does. */
export async function awaitVerdict(
  bed: TestbedCluster,
  objects: readonly KubernetesObject[],
  options: AwaitOptions = {},
): Promise<Verdict> {
  const said: string[] = []
  let reason: string | undefined
  const limit = systemClock.deadline(
    options.limitMs ?? 60_000,
    () => new StagegateError('E_STEP_TIMEOUT', { message: 'time is up' }),
  )
  const cluster = options.client === undefined ? bed.cluster : createCluster(options.client, systemClock)
  let acting: Promise<void> | undefined
  try {
    await cluster.awaitRollout(objects, {
      signal: limit.signal,
      onEvidence: ([first]) => {
        reason = first?.reason
      },
      onProgress: ({ text }) => {
        acting ??= options.meanwhile?.()
        said.push(text)
      },
    })
    return { verdict: 'done', said }
  } catch (thrown) {
    if (!(thrown instanceof StagegateError)) throw thrown
    return { verdict: reason ?? thrown.code, said }
  } finally {
    limit.clear()
    await acting
  }
}
