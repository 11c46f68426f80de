import type { CheckRun, CommitStatus, DeploymentStart, DeploymentStatus } from './github.ts'

type Redact = (text: string) => string

/**
 * Fields that hold text: whatever it came from, no secret of the run may be in it. Names, addresses, paths, keys, commits
 * and states are not among them: they say what is meant, and were public before any secret was read. One that was changed
 * would write to another status, or open an environment called `***`.
 */
const textsOf = {
  status: ['description'],
  check: ['title', 'summary', 'text'],
  annotation: ['title', 'message'],
  deployment: ['description'],
  deploymentStatus: ['description'],
} as const

/**
 * What goes to GitHub, redacted: the runner masks nothing that goes over the API. Done before anything is cut or compared,
 * so that what is read back is what was sent.
 */
export function createRedactWrites(redact: Redact) {
  const clean = <T extends object>(value: T, fields: readonly string[]): T =>
    Object.fromEntries(
      Object.entries(value).map(([name, each]: [string, unknown]) => [
        name,
        typeof each === 'string' && fields.includes(name) ? redact(each) : each,
      ]),
    ) as T
  return {
    status: (status: CommitStatus) => clean(status, textsOf.status),
    check: (check: CheckRun): CheckRun => ({
      ...clean(check, textsOf.check),
      annotations: check.annotations.map((each) => clean(each, textsOf.annotation)),
    }),
    deployment: (deployment: DeploymentStart) => clean(deployment, textsOf.deployment),
    deploymentStatus: (status: DeploymentStatus) => clean(status, textsOf.deploymentStatus),
  }
}
