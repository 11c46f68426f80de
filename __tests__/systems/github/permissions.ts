/** What a token may do, with GitHub's own spelling of the names: `{ checks: 'write', pull_requests: 'read' }`. */
export type Permissions = Readonly<Record<string, 'read' | 'write'>>

type Grant = `${string}=${'read' | 'write'}`

/**
 * Which permission each operation needs: any one entry of the list is enough. From GitHub's documentation,
 * "Permissions required for GitHub Apps", which is what `x-accepted-github-permissions` says at run time.
 */
const required: Readonly<Record<string, readonly Grant[]>> = {
  'actions/get-job-for-workflow-run': ['actions=read'],
  'actions/get-workflow': ['actions=read'],
  'actions/get-workflow-run': ['actions=read'],
  'actions/get-workflow-run-attempt': ['actions=read'],
  'actions/list-artifacts-for-repo': ['actions=read'],
  'actions/list-jobs-for-workflow-run': ['actions=read'],
  'actions/list-jobs-for-workflow-run-attempt': ['actions=read'],
  'actions/list-workflow-run-artifacts': ['actions=read'],
  'actions/list-workflow-runs': ['actions=read'],
  'apps/get-by-slug': [],
  'apps/list-repos-accessible-to-installation': ['metadata=read'],
  'checks/create': ['checks=write'],
  'checks/create-suite': ['checks=write'],
  'checks/get': ['checks=read'],
  'checks/get-suite': ['checks=read'],
  'checks/list-annotations': ['checks=read'],
  'checks/list-for-ref': ['checks=read'],
  'checks/list-for-suite': ['checks=read'],
  'checks/list-suites-for-ref': ['checks=read'],
  'checks/update': ['checks=write'],
  'code-scanning/get-sarif': ['security_events=read'],
  'code-scanning/upload-sarif': ['security_events=write'],
  'git/get-blob': ['contents=read'],
  'git/get-commit': ['contents=read'],
  'git/get-ref': ['contents=read'],
  'git/get-tag': ['contents=read'],
  'git/get-tree': ['contents=read'],
  'git/list-matching-refs': ['contents=read'],
  'issues/create-comment': ['issues=write', 'pull_requests=write'],
  'issues/delete-comment': ['issues=write', 'pull_requests=write'],
  'issues/get-comment': ['issues=read', 'pull_requests=read'],
  'issues/list-comments': ['issues=read', 'pull_requests=read'],
  'issues/update-comment': ['issues=write', 'pull_requests=write'],
  'meta/get': [],
  'meta/root': [],
  'pulls/get': ['pull_requests=read'],
  'pulls/list': ['pull_requests=read'],
  'pulls/list-commits': ['pull_requests=read'],
  'pulls/list-files': ['pull_requests=read'],
  'rate-limit/get': [],
  'repos/compare-commits-with-basehead': ['contents=read'],
  'repos/create-commit-status': ['statuses=write'],
  'repos/create-deployment': ['deployments=write'],
  'repos/create-deployment-status': ['deployments=write'],
  'repos/get': ['metadata=read'],
  'repos/get-all-environments': ['actions=read'],
  'repos/get-branch': ['contents=read'],
  'repos/get-combined-status-for-ref': ['statuses=read'],
  'repos/get-commit': ['contents=read'],
  'repos/get-content': ['contents=read'],
  'repos/get-deployment': ['deployments=read'],
  'repos/get-deployment-status': ['deployments=read'],
  'repos/get-environment': ['actions=read'],
  'repos/list-branches': ['contents=read'],
  'repos/list-commit-statuses-for-ref': ['statuses=read'],
  'repos/list-commits': ['contents=read'],
  'repos/list-deployment-statuses': ['deployments=read'],
  'repos/list-deployments': ['deployments=read'],
  'repos/list-pull-requests-associated-with-commit': ['pull_requests=read'],
  'users/get-authenticated': [],
  'users/get-by-username': [],
}

/** Reads that need their permission even where the repository is public. */
const neverPublic = new Set(['code-scanning/get-sarif'])

/** Operations that only an app's token may call: a personal token cannot make check runs. */
const appsOnly = new Set(['checks/create', 'checks/create-suite', 'checks/update'])

/** The permissions that open an operation, or undefined for one whose permissions are not listed here. */
export function requiredPermissions(operationId: string): readonly string[] | undefined {
  return required[operationId]
}

export function needsApp(operationId: string): boolean {
  return appsOnly.has(operationId)
}

/** Decides whether permissions open an operation; on a public repository reading needs none. */
export function isPermitted(
  operationId: string,
  permissions: Permissions,
  publicRepository: boolean,
): boolean {
  const grants = required[operationId]
  if (grants === undefined || grants.length === 0) return true
  return grants.some((grant) => {
    const [name, access] = grant.split('=') as [string, 'read' | 'write']
    if (access === 'read' && publicRepository && !neverPublic.has(operationId)) return true
    const granted = permissions[name]
    return granted === access || granted === 'write'
  })
}
