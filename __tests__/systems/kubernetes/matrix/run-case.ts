import { StagegateError } from '../../../../src/errors/index.ts'
import { systemClock } from '../../../../src/systems/clock/clock.ts'
import type { KubernetesObject } from '../../../../src/systems/kubernetes/kubernetes-object.ts'
import { openTestbedCluster, parseYaml, type TestbedCluster } from '../testbed-cluster.ts'
import type { MatrixCase } from './case.ts'
import { type Recorder, startRecorder } from './recorder.ts'
import { startWebhook } from './webhook.ts'

export interface MatrixResult {
  /** Undefined when everything got ready. */
  readonly error: StagegateError | undefined
  /** `done`, or the reason of the failure as Kubernetes calls it. */
  readonly verdict: string
  readonly progress: readonly string[]
  /** From the end of the apply to the verdict. */
  readonly seconds: number
  /** From the moment at which the API server first told the reason of the failure; undefined when it was not asked for. */
  readonly secondsSinceSign?: number
  /** As its apply answered. */
  readonly applied: readonly KubernetesObject[]
}

export interface RunOptions {
  /** What someone else does once the rollout is watched. */
  readonly during?: () => Promise<void>
  /** Where the rollout is recorded; undefined when it is not. */
  readonly recording?: string
  /** The reason from whose first appearance time is measured. */
  readonly sign?: RegExp
  /** Seconds after which the step's time is up. */
  readonly limit?: number
}

/** Rolls a case out on the testbed's cluster, in a namespace of its own that is removed afterwards. */
export async function runCase(each: MatrixCase, options: RunOptions = {}): Promise<MatrixResult> {
  const bed = await openTestbedCluster(each.name.slice(0, 40))
  const { images } = bed.testbed
  const before = each.before === undefined ? [] : await bed.apply(each.before(images, bed.namespace))
  const webhook = each.webhook === undefined ? undefined : await startWebhook(bed, each.webhook)
  try {
    if (each.refused !== undefined) await untilRefused(bed, each.refused(images))
    return await rollOut(bed, each.manifests(images, bed.namespace), options)
  } finally {
    await webhook?.close()
    await removeClusterObjects(bed, before)
    await bed.close()
  }
}

/** Applies YAML and waits for it as a run does. */
export async function rollOut(
  bed: TestbedCluster,
  yaml: string,
  { recording, during, sign, limit }: RunOptions = {},
): Promise<MatrixResult> {
  const recorder: Recorder | undefined =
    recording === undefined && sign === undefined ? undefined : await startRecorder(bed)
  const applied = await bed.apply(yaml)
  recorder?.applied()
  const progress: string[] = []
  const started = systemClock.monotonic()
  let meanwhile: Promise<void> | undefined
  let error: StagegateError | undefined
  let verdict = 'done'
  const timeUp = (): StagegateError => new StagegateError('E_STEP_TIMEOUT', { message: 'its time is up' })
  const deadline = limit === undefined ? undefined : systemClock.deadline(limit * 1_000, timeUp)
  try {
    await bed.cluster.awaitRollout(applied, {
      signal: deadline?.signal ?? new AbortController().signal,
      onEvidence: ([first]) => {
        verdict = first?.reason ?? 'waiting'
      },
      onProgress: ({ object, text }) => {
        if (progress.length === 0) meanwhile = during?.()
        progress.push(`${object}: ${text}`)
      },
    })
    await meanwhile
  } catch (thrown) {
    if (!(thrown instanceof StagegateError)) throw thrown
    error = thrown
  } finally {
    deadline?.clear()
  }
  const ended = systemClock.monotonic()
  const seconds = secondsBetween(started, ended)
  const first = sign === undefined ? undefined : recorder?.firstSign(sign)
  if (recording === undefined) await recorder?.end()
  else await recorder?.write(recording, { objects: applied, verdict })
  const since = first === undefined ? {} : { secondsSinceSign: secondsBetween(first, ended) }
  return { error, verdict, progress, seconds, ...since, applied }
}

function secondsBetween(from: number, to: number): number {
  return Math.round((to - from) / 10) / 100
}

/** Quotas, policies and labels take effect some moments after they were written. */
async function untilRefused(bed: TestbedCluster, pod: string): Promise<void> {
  const { signal } = new AbortController()
  const options = { namespace: bed.namespace, dryRun: true, signal, onApplied: () => undefined }
  for (let attempt = 0; attempt < 200; attempt += 1) {
    try {
      await bed.cluster.apply(parseYaml(pod), options)
    } catch {
      return
    }
    await systemClock.sleep(100)
  }
  throw new Error('the cluster refuses no pod')
}

async function removeClusterObjects(
  bed: TestbedCluster,
  objects: readonly KubernetesObject[],
): Promise<void> {
  const { signal } = new AbortController()
  for (const { apiVersion, kind, metadata } of objects) {
    if (metadata.namespace !== undefined || kind === 'Namespace') continue
    await bed.cluster.remove({ apiVersion, kind, name: metadata.name }, signal)
  }
}
