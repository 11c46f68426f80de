import type { ContainerStatus } from './objects.ts'

/** What is wrong with one container. */
export interface ContainerTrouble {
  /** Joins reasons that Kubernetes gives in turns for the same trouble. */
  readonly trouble: 'image' | 'start' | 'crash'
  readonly reason: string
  readonly text: string
  /** Milliseconds. */
  readonly graceMs: number
}

/** Two back-offs of the kubelet (10 s and 20 s) begin within this time. Milliseconds. */
const PULL_GRACE = 22_000

/** What is missing may be on its way: a Secret that an operator writes, a cache that is filled. Milliseconds. */
const START_GRACE = 2_000

/** A crash after the second restart is a loop: the first may have been bad luck. */
const RESTARTS_ALLOWED = 1

/**
 * The trouble of a container, from its status alone. Pure.
 *
 * @param restartsBefore its restarts when the watch began: those are not of this rollout
 * @param restartsAllowed how many restarts are forgiven
 */
export function judgeContainer(
  status: ContainerStatus,
  restartsBefore: number,
  restartsAllowed = RESTARTS_ALLOWED,
): ContainerTrouble | undefined {
  const { reason = '', message = '' } = status.state?.waiting ?? {}
  const text = message === '' ? reason : `${reason}: ${message}`
  switch (reason) {
    case 'InvalidImageName':
    case 'ErrImageNeverPull':
      return { trouble: 'image', reason, text, graceMs: 0 }
    case 'ErrImagePull':
    case 'ImagePullBackOff':
    case 'ImageInspectError':
    case 'RegistryUnavailable':
      return { trouble: 'image', reason, text, graceMs: isAbsent(message) ? 0 : PULL_GRACE }
    case 'CreateContainerConfigError':
      // The kubelet has not yet been told of the object (kubernetes#89605); it comes by itself.
      return /failed to sync .* cache/.test(message)
        ? undefined
        : { trouble: 'start', reason, text, graceMs: START_GRACE }
    case 'CreateContainerError':
    case 'RunContainerError':
    case 'StartError':
      return { trouble: 'start', reason, text, graceMs: cannotEverStart(message) ? START_GRACE : PULL_GRACE }
    default:
      return judgeCrash(status, restartsBefore, restartsAllowed)
  }
}

/** `CrashLoopBackOff, exit 137 (OOMKilled), 4 restarts` */
export function renderCrash(status: ContainerStatus): string {
  const ended = status.state?.terminated ?? status.lastState?.terminated
  const waiting = status.state?.waiting?.reason
  const exit =
    ended === undefined
      ? undefined
      : `exit ${ended.exitCode ?? '?'}${ended.reason === undefined || ended.reason === 'Error' ? '' : ` (${ended.reason})`}`
  const restarts = status.restartCount ?? 0
  return [waiting, exit, `${restarts} ${restarts === 1 ? 'restart' : 'restarts'}`]
    .filter((each) => each !== undefined)
    .join(', ')
}

function judgeCrash(
  status: ContainerStatus,
  restartsBefore: number,
  restartsAllowed: number,
): ContainerTrouble | undefined {
  const restarts = status.restartCount ?? 0
  const { waiting, terminated } = status.state ?? {}
  const down = waiting?.reason === 'CrashLoopBackOff' || (terminated?.exitCode ?? 0) !== 0
  if (!down) return undefined
  const ended = terminated ?? status.lastState?.terminated
  const reason = ended?.reason === 'OOMKilled' ? ended.reason : 'CrashLoopBackOff'
  if (ended?.reason === 'StartError' && cannotEverStart(ended.message ?? '')) {
    return {
      trouble: 'start',
      reason: ended.reason,
      text: ended.message ?? ended.reason,
      graceMs: START_GRACE,
    }
  }
  if (restarts <= restartsAllowed || restarts <= restartsBefore) return undefined
  return { trouble: 'crash', reason, text: renderCrash(status), graceMs: 0 }
}

/** The registry was asked and does not have it. */
function isAbsent(message: string): boolean {
  return /not found|manifest unknown|does not exist|no such image/i.test(message)
}

function cannotEverStart(message: string): boolean {
  return /executable file not found|no such file or directory|permission denied|exec format error|not a directory/i.test(
    message,
  )
}
