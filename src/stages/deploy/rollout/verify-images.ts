import { StagegateError } from '../../../errors/index.ts'
import type { StepContext } from '../../../pipeline/index.ts'
import type { RunningImages } from '../../../systems/kubernetes/cluster.ts'
import type { KubernetesObject } from '../../../systems/kubernetes/kubernetes-object.ts'
import type { Systems } from '../../systems.ts'
import type { Deployment } from '../deployment.ts'
import { digestOf, judgeRunning, pinnedContainers, type Running } from './judge-running.ts'
import { findDigests, type RunningDigests } from './running-digests.ts'

/** The parts of a deployment that this needs. */
export type Verified = Pick<Deployment, 'cluster' | 'image'> & {
  readonly systems: Pick<Systems, 'registry' | 'clock'>
}

export interface Verification {
  /** Containers that run the digest. */
  readonly containers: number
  /** Workloads of which nothing could be known, as `Deployment api`. */
  readonly unknown: readonly string[]
}

export interface VerifyOptions {
  /** By the uid of the workload, as `awaitRollout` gives it back. */
  readonly seen?: ReadonlyMap<string, RunningImages>
  /** Milliseconds. */
  readonly patience?: number
}

/** Pods may be added at any moment, and take some time to say what they run. Milliseconds. */
const PATIENCE = 30_000
const INTERVAL = 1_000

interface Pinned {
  readonly title: string
  readonly workload: KubernetesObject
  readonly containers: readonly string[]
}

/**
 * Checks that every container that is pinned to the pushed image runs it, in each pod of the current revision of each
 * object that makes pods. A pod that has not said so yet is waited for; one that does not start any more after the rollout
 * runs nothing else either, and is only named.
 *
 * @throws StagegateError E_IMAGE_NOT_RUNNING
 */
export async function verifyImages(
  { cluster, image, systems }: Verified,
  objects: readonly KubernetesObject[],
  { signal, log }: Pick<StepContext, 'signal' | 'log'>,
  { seen, patience = PATIENCE }: VerifyOptions = {},
): Promise<Verification> {
  const pinned = objects.flatMap((workload): readonly Pinned[] => {
    const containers = pinnedContainers(workload, `${image.repository}@${image.digest}`)
    const title = `${workload.kind} ${workload.metadata.name}`
    // What a CronJob makes comes later.
    return containers.length === 0 || workload.kind === 'CronJob' ? [] : [{ title, workload, containers }]
  })
  if (pinned.length === 0) return { containers: 0, unknown: [] }
  const workloads = pinned.map(({ workload }) => workload)
  const [digests, first] = await Promise.all([
    findDigests(image, systems, signal),
    lookFirst(cluster, workloads, seen, signal),
  ])
  const end = systems.clock.monotonic() + patience
  let readings = first
  for (;;) {
    const judged = await Promise.all(
      pinned.map(async (each, at) => {
        const reading = readings[at] ?? { containers: [], old: [], wanted: false }
        return { ...each, reading, running: await judge(reading, each.containers, digests) }
      }),
    )
    const wrong = judged.filter(({ running }) => running.wrong.length > 0)
    if (wrong.length > 0) throw notRunning(wrong, image.digest)
    if (judged.every(isSettled) || systems.clock.monotonic() >= end) {
      const missing = judged.filter((each) => isMissing(each))
      if (missing.length > 0) throw notRunning(missing, image.digest)
      for (const each of judged) tell(each, image.digest, log)
      return {
        containers: judged.reduce((sum, { running }) => sum + running.right.length, 0),
        unknown: judged.filter(({ reading }) => reading.unknown !== undefined).map(({ title }) => title),
      }
    }
    await systems.clock.sleep(INTERVAL, signal)
    readings = await cluster.runningImages(workloads, signal)
  }
}

/** What the end of the rollout has seen need not be asked for again. */
async function lookFirst(
  cluster: Verified['cluster'],
  workloads: readonly KubernetesObject[],
  seen: VerifyOptions['seen'],
  signal: AbortSignal,
): Promise<readonly RunningImages[]> {
  const known = workloads.map(({ metadata }) => seen?.get(metadata.uid ?? ''))
  return known.every((each) => each !== undefined) ? known : cluster.runningImages(workloads, signal)
}

interface Judged extends Pinned {
  readonly reading: RunningImages
  readonly running: Running
}

async function judge(
  { containers }: RunningImages,
  pinned: readonly string[],
  digests: RunningDigests,
): Promise<Running> {
  const named = [...new Set(containers.map(({ imageId }) => digestOf(imageId)))]
  const same = await Promise.all(named.map((digest) => digests.isSame(digest)))
  return judgeRunning(
    containers,
    pinned,
    named.filter((_, at) => same[at]),
  )
}

function isSettled({ reading, running }: Judged): boolean {
  return running.silent.length === 0 && (running.right.length > 0 || !reading.wanted)
}

/** Nothing runs it though something should, or something runs of which the node does not say what it is. */
function isMissing({ reading, running }: Judged): boolean {
  return running.silent.some(({ started }) => started) || (running.right.length === 0 && reading.wanted)
}

function notRunning(failed: readonly Judged[], digest: string): StagegateError {
  const messages = failed.map(({ title, running: { right, wrong, silent } }) => {
    const count = wrong.length + silent.length
    return right.length + count === 0
      ? `${title}: no pod runs ${digest}.`
      : `${title}: ${count} of ${right.length + count} containers of the service do not run ${digest}.`
  })
  return new StagegateError('E_IMAGE_NOT_RUNNING', {
    message: messages.join(' '),
    evidence: failed.flatMap(({ running, reading: { old } }) => [
      ...running.wrong.map(({ pod, container, imageId }) => `pod ${pod}, container ${container}: ${imageId}`),
      ...running.silent.map(
        ({ pod, container, started }) =>
          `pod ${pod}, container ${container}: ${started ? 'the node does not say which image it runs' : 'has not started'}`,
      ),
      ...old.slice(0, 10).map((pod) => `pod ${pod}: of an earlier revision, or ending`),
    ]),
  })
}

function tell({ title, running, reading }: Judged, digest: string, log: StepContext['log']): void {
  const { right, silent } = running
  if (reading.unknown !== undefined) {
    log.warn(`${title}: which image it runs is not verified: ${reading.unknown}.`)
    return
  }
  log.info(
    right.length === 0
      ? `${title}: no pod runs it.`
      : `${title}: ${right.length} ${right.length === 1 ? 'container runs' : 'containers run'} ${digest}.`,
  )
  const late = [...new Set(silent.map(({ pod }) => pod))]
  if (late.length > 0) log.warn(`${title}: pods that have not started yet: ${late.slice(0, 10).join(', ')}.`)
  if (reading.old.length > 0)
    log.info(`${title}: earlier pods that still end: ${reading.old.slice(0, 10).join(', ')}.`)
}
