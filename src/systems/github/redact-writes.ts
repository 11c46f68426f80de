import type { CheckRun, CommitStatus, DeploymentStart, DeploymentStatus } from './github.ts'

type Redact = (text: string) => string

/** Fields that hold text for people: whatever they came from, no secret of the run may be in them. */
const textsOf = {
  status: ['context', 'description', 'targetUrl'],
  check: ['name', 'title', 'summary', 'text', 'detailsUrl'],
  annotation: ['path', 'title', 'message'],
  deployment: ['environment', 'description'],
  deploymentStatus: ['description', 'logUrl', 'environmentUrl'],
} as const

/**
 * What goes to GitHub, redacted: the runner masks nothing that goes over the API. Done before anything is cut or compared,
 * so that what is read back is what was sent. Keys, commits and states are ours and stay as they are.
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
