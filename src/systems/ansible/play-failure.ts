import { type ErrorCode, StagegateError } from '../../errors/index.ts'
import type { EmptyPlay, FailedTask } from './ansible.ts'
import type { PlayEvents } from './play-events.ts'
import { cut, cutLines } from '../../text/index.ts'

/** A play that did not end well, as an error: hosts and tasks from our own events, else Ansible's last words. Pure. */
export function playFailure(
  playbook: string,
  exitCode: number,
  events: PlayEvents,
  output: string,
): StagegateError {
  const state = stateOf(events)
  const { unreachable, failedTasks } = events
  if (unreachable.length > 0) {
    return new StagegateError(connectionCode(unreachable), {
      message: `${playbook}: ${hosts(unreachable)} could not be reached.`,
      evidence: [...unreachable, ...failedTasks].slice(0, 20).map(renderTask),
      state,
    })
  }
  if (failedTasks.length > 0) {
    return new StagegateError('E_ANSIBLE_TASK', {
      message: `${playbook}: ${failedTasks.length === 1 ? 'a task' : `${failedTasks.length} tasks`} failed on ${hosts(failedTasks)}.`,
      evidence: failedTasks.slice(0, 20).map(renderTask),
      state,
    })
  }
  return new StagegateError('E_ANSIBLE_FAILED', {
    message: `${playbook} could not be run (ansible-playbook ended with ${exitCode}).`,
    evidence: output
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(-15)
      .map((line) => cut(line, 500)),
    state,
  })
}

/**
 * Plays for hosts or groups that nothing defines: misspelt, most likely. Ansible only warns, and ends well. Pure.
 */
export function unknownHosts(playbook: string, events: PlayEvents): StagegateError | undefined {
  const plays = events.emptyPlays.filter((each) => each.unknown.length > 0)
  if (plays.length === 0) return undefined
  const names = [...new Set(plays.flatMap((each) => each.unknown))].join(', ')
  return new StagegateError('E_ANSIBLE_FAILED', {
    message: `${playbook}: ${plays.length === 1 ? 'a play' : `${plays.length} plays`} matched no host; the inventory does not know ${names}.`,
    evidence: plays.slice(0, 20).map(renderEmptyPlay),
    state: stateOf(events),
    next: 'Correct the hosts line of the play, or define the group in the inventory: it may be empty.',
  })
}

/** `play "Web servers" (hosts: web)` */
export function renderEmptyPlay({ play, hosts }: EmptyPlay): string {
  return play === hosts || play === '' ? `play (hosts: ${hosts})` : `play "${play}" (hosts: ${hosts})`
}

function stateOf(events: PlayEvents): string {
  if (!events.complete) return 'It is not known what was changed on the hosts; the cluster is as it was.'
  const changed = events.recap.filter((host) => host.changed > 0)
  const touched = changed.map((host) => `${host.host} (${host.changed} changed)`).join(', ')
  return `Changed on the hosts: ${touched || 'nothing'}. The cluster is as it was.`
}

function connectionCode(unreachable: readonly FailedTask[]): ErrorCode {
  const reasons = unreachable.map((task) => task.message).join('\n')
  if (/host key verification failed|host identification has changed/i.test(reasons))
    return 'E_ANSIBLE_HOST_KEY'
  return /permission denied|too many authentication failures/i.test(reasons)
    ? 'E_ANSIBLE_AUTH'
    : 'E_ANSIBLE_UNREACHABLE'
}

/** `node1: Install the config (roles/x/tasks/main.yml:12): destination is not a folder` */
function renderTask({ host, task, path, message }: FailedTask): string {
  const where = path === undefined ? '' : ` (${path})`
  return `${host}: ${task}${where}: ${cutLines(message, 500, ' | ')}`
}

function hosts(tasks: readonly FailedTask[]): string {
  return [...new Set(tasks.map((task) => task.host))].join(', ')
}
