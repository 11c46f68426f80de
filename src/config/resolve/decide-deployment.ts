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
  if (trigger.untrusted !== undefined) return { allowed: false, reason: trigger.untrusted }
  const { event } = trigger
  const rule = Object.hasOwn(on, event) ? on[event] : undefined
  if (rule === undefined || rule === false) {
    return { allowed: false, reason: `the event ${event} does not deploy: deploy.on does not name it` }
  }
  if (rule === true) return { allowed: true }
  const patterns = typeof rule === 'string' ? [rule] : rule
  const branch = trigger.pullRequest?.baseBranch ?? trigger.branch
  if (branch !== undefined && patterns.some((pattern) => matchesBranch(branch, pattern)))
    return { allowed: true }
  const seen = branch === undefined ? trigger.ref : `the branch ${branch}`
  return { allowed: false, reason: `${seen} does not deploy: deploy.on.${event} is ${patterns.join(', ')}` }
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
