import { defaults } from '../defaults.ts'
import type { Trigger } from '../trigger.ts'

type EventRule = boolean | string | readonly string[]

export type DeploymentDecision =
  | { readonly allowed: true; readonly reason?: undefined }
  | { readonly allowed: false; readonly reason: string }

/**
 * Whether an event may deploy, by `deploy.on`: events that it names, on the branches that it names. Pure.
 *
 * @param on `deploy.on` of the configuration; without it pushes to main, runs by hand and releases
 */
export function decideDeployment(
  trigger: Trigger,
  on: Readonly<Record<string, EventRule | undefined>> = defaults.deployOn,
): DeploymentDecision {
  const never = trigger.nothingToDo ?? trigger.untrusted ?? trigger.deploysNothing
  if (never !== undefined) return { allowed: false, reason: never }
  const { event } = trigger
  const rule = Object.hasOwn(on, event) ? on[event] : undefined
  if (rule === undefined || rule === false) {
    return { allowed: false, reason: `the event ${event} does not deploy: deploy.on does not name it` }
  }
  const patterns = patternsOf(event, rule)
  if (patterns === undefined) return { allowed: true }
  const subject = event === 'release' ? trigger.action : (trigger.pullRequest?.baseBranch ?? trigger.branch)
  if (subject !== undefined && patterns.some((pattern) => matchesBranch(subject, pattern)))
    return { allowed: true }
  const reason = `${seenOf(trigger)} does not deploy: deploy.on.${event} is ${patterns.join(', ')}`
  return { allowed: false, reason }
}

/** What a rule takes: branches, of a release its actions. Undefined: everything. */
function patternsOf(event: string, rule: Exclude<EventRule, false>): readonly string[] | undefined {
  if (rule === true) return event === 'release' ? defaults.releaseActions : undefined
  return typeof rule === 'string' ? [rule] : rule
}

function seenOf({ event, action, ref, branch, tag, pullRequest }: Trigger): string {
  if (event === 'release') return `the action ${action ?? 'that is not known'} of a release`
  const name = pullRequest?.baseBranch ?? branch
  if (name !== undefined) return `the branch ${name}`
  if (event !== 'workflow_run') return ref
  return tag === undefined ? 'a run whose branch is not known' : `the tag ${tag}`
}

/** Whether a branch fits a pattern: `*` is anything but `/`, `**` is anything. Takes length × length steps at most. */
export function matchesBranch(branch: string, pattern: string): boolean {
  let reached = new Set([0])
  for (const token of pattern.match(/\*+|[^*]/g) ?? []) {
    const next = new Set<number>()
    for (const start of reached) {
      if (!token.startsWith('*')) {
        if (branch[start] === token) next.add(start + 1)
        continue
      }
      for (let end = start; end <= branch.length && !next.has(end); end += 1) {
        next.add(end)
        if (token === '*' && branch[end] === '/') break
      }
    }
    reached = next
  }
  return reached.has(branch.length)
}
