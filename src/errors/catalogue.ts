/** Whose fault an error is: the user's configuration, the code or workload, a remote system, or Stagegate itself. */
export type Blame = 'configuration' | 'workload' | 'remote' | 'internal'

export interface CatalogueEntry {
  readonly blame: Blame
  /** What the code means, in one sentence. */
  readonly meaning: string
  /** The next step that is offered when the place that throws knows no better one. */
  readonly next: string
}

const configuration = (meaning: string, next: string): CatalogueEntry => ({
  blame: 'configuration',
  meaning,
  next,
})
const workload = (meaning: string, next: string): CatalogueEntry => ({ blame: 'workload', meaning, next })
const remote = (meaning: string, next: string): CatalogueEntry => ({ blame: 'remote', meaning, next })
const internal = (meaning: string, next: string): CatalogueEntry => ({ blame: 'internal', meaning, next })

const REPORT_BUG = 'Rerun the job; if it happens again, open an issue with the log.'

/** Every code that a run can end with. docs/errors.md is generated from it; codes are never reused. */
export const catalogue = {
  // inputs and configuration
  E_INPUT_INVALID: configuration(
    'An input of the action has a value it may not have.',
    'Correct the input in the workflow file.',
  ),
  E_CONFIG_INVALID: configuration(
    'The configuration file has errors; all of them are listed.',
    'Correct the lines that are named.',
  ),
  E_CONFIG_MISSING: configuration(
    'The configuration file that was named does not exist.',
    'Correct the input config.',
  ),
  E_EVENT_UNSUPPORTED: configuration(
    'The event cannot be handled safely.',
    'Use push, pull_request or workflow_dispatch.',
  ),
  E_GATE_CLOSED: configuration(
    'A stage was asked for whose earlier stages have not passed for this commit.',
    'Run the missing stage first.',
  ),
  E_TOOL_MISSING: configuration(
    'A tool that a step needs is not on the PATH.',
    'Install the tool in a step before Stagegate.',
  ),
  E_PATH_OUTSIDE: configuration('A path leads out of the checkout.', 'Use a path inside the repository.'),
  E_FILE_TOO_LARGE: configuration(
    'A file is larger than is read.',
    'Make the file smaller, or name another.',
  ),

  // checkout
  E_CHECKOUT_NOT_GIT: configuration(
    'The working directory is not a Git checkout.',
    'Run actions/checkout before Stagegate.',
  ),
  E_CHECKOUT_COMMIT_MISSING: remote(
    'The commit is neither in the checkout nor can it be fetched.',
    'Check that the commit is still on the remote.',
  ),
  E_CHECKOUT_DIRTY: configuration(
    'The checkout differs from the commit that is to be deployed.',
    'Remove the steps that change tracked files before Stagegate.',
  ),

  // commands: build, test
  E_COMMAND_FAILED: workload(
    'A configured command ended with an exit code other than 0.',
    'Read the output of the command above.',
  ),
  E_SURVIVORS: workload(
    'A process that the commit started is still running when secrets are about to be read.',
    'End background processes at the end of the command that starts them.',
  ),
  E_COMMAND_NOT_FOUND: configuration(
    'A configured command could not be started.',
    'Check the command and that its tool is installed.',
  ),
  E_STEP_TIMEOUT: workload(
    'A step did not end within its timeout.',
    'Find out what it waits for, or raise its timeout.',
  ),
  E_TESTS_FAILED: workload('Tests failed.', 'Read the failed tests above.'),
  E_TESTS_NONE: workload(
    'No test was found in the reports.',
    'Check the path of the reports, or set allow-no-tests.',
  ),
  E_REPORT_UNREADABLE: workload(
    'A report file could not be read.',
    'Check that the command writes the report in a known format.',
  ),
  E_REPORT_MISSING: workload(
    'A command ended well but left no report where one was configured.',
    'Check the path of the reports.',
  ),
  E_COVERAGE_TOO_LOW: workload(
    'The coverage is below the configured minimum.',
    'Add tests, or lower the minimum.',
  ),

  // scan
  E_SCAN_FINDINGS: workload(
    'A scanner found something at or above the severity that fails the run.',
    'Fix the findings, or ignore one with a reason and an expiry date.',
  ),
  E_SCAN_NO_EVIDENCE: workload(
    'A scanner ended without a result that shows what it looked at.',
    'Read the output of the scanner above.',
  ),
  E_SCAN_TARGET: workload(
    'The service that was to be scanned did not start.',
    'Read the output of the service above.',
  ),
  E_SCAN_IGNORE_EXPIRED: configuration(
    'An entry of the ignore list has expired.',
    'Fix the finding, or renew the entry with a reason.',
  ),

  // image and registry
  E_BUILD_DAEMON: configuration(
    'The Docker daemon cannot be reached.',
    'Start Docker on the runner, or use a runner that has it.',
  ),
  E_IMAGE_BUILD_FAILED: workload(
    'The image could not be built.',
    'Read the failing line of the Dockerfile above.',
  ),
  E_IMAGE_LAYOUT: remote(
    'The image that was built is not whole on the disk.',
    'Rerun; if it happens again, look at the disk of the runner.',
  ),
  E_IMAGE_NAME: configuration('The name or a tag of the image is not valid.', 'Correct image or image.tags.'),
  E_REGISTRY_AUTH: configuration(
    'The registry refused the login.',
    'Check registry-username and registry-password.',
  ),
  E_REGISTRY_DENIED: configuration(
    'The registry does not let this login push.',
    'Grant the login the right to push to the repository.',
  ),
  E_REGISTRY_UNAVAILABLE: remote('The registry cannot be reached.', 'Rerun when the registry answers again.'),
  E_REGISTRY_PROTOCOL: remote(
    'The registry gave an answer that makes no sense.',
    'Check the name of the registry.',
  ),
  E_REGISTRY_REJECTED: remote(
    'The registry refuses the content of the image.',
    'Read its answer above; its limits may be too low.',
  ),
  E_REGISTRY_RATE_LIMITED: remote('The registry limits the rate of requests.', 'Rerun later.'),
  E_REGISTRY_NOT_VISIBLE: remote(
    'The pushed image cannot be read back.',
    'Rerun; if it happens again, look at the registry.',
  ),
  E_REGISTRY_TLS: configuration(
    "The registry's certificate is not trusted.",
    'Give the runner the CA of the registry.',
  ),
  E_DIGEST_MISMATCH: remote(
    'The registry serves another digest than the one pushed.',
    'Find out who else writes to this tag.',
  ),
  E_TAG_MOVED: configuration(
    'A tag that never moves exists with other content.',
    'Push a new commit, or remove the tag.',
  ),

  // OIDC and Vault
  E_OIDC_NOT_AVAILABLE: configuration(
    'The job cannot ask for an OIDC token.',
    'Add the permission id-token: write to the job.',
  ),
  E_OIDC_DENIED: configuration(
    'The OIDC token was refused.',
    'Check the permission id-token: write of the job.',
  ),
  E_OIDC_UNAVAILABLE: remote('The OIDC token endpoint does not answer.', 'Rerun the job.'),
  E_OIDC_PROTOCOL: remote('The OIDC token endpoint gave an answer that is not a token.', 'Rerun the job.'),
  E_VAULT_UNAVAILABLE: remote('Vault cannot be reached.', 'Rerun when Vault answers again.'),
  E_VAULT_SEALED: remote('Vault is sealed or not initialised.', 'Unseal Vault, then rerun.'),
  E_VAULT_TLS: configuration("Vault's certificate is not trusted.", 'Set vault-ca-certificate.'),
  E_VAULT_LOGIN_DENIED: configuration('Vault refused the login.', 'Compare the claims above with the role.'),
  E_VAULT_FORBIDDEN: configuration(
    'The policy of the role does not allow the path.',
    'Add the path to the policy.',
  ),
  E_VAULT_SECRET_MISSING: configuration(
    'There is no secret at a path, or a key is not in it.',
    'Correct deploy.secrets, or write the secret.',
  ),
  E_VAULT_MOUNT: configuration('No secrets engine is mounted at the path.', 'Correct the path.'),
  E_VAULT_RATE_LIMITED: remote('Vault limits the rate of requests.', 'Rerun later.'),
  E_VAULT_PROTOCOL: remote('Vault gave an answer that makes no sense.', 'Check vault-url.'),
  E_SECRET_DESTINATION: configuration('A secret cannot go to its destination.', 'Correct deploy.secrets.'),

  // configs
  E_CONFIG_GIT_UNAVAILABLE: remote(
    'The repository of the deployment configurations cannot be reached.',
    'Rerun when it answers again.',
  ),
  E_CONFIG_GIT_ACCESS: configuration(
    'The repository of the deployment configurations refused access.',
    'Check configs-token or configs-ssh-key.',
  ),
  E_CONFIG_REF_MISSING: configuration(
    'The ref of the deployment configurations does not exist.',
    'Correct deploy.configs.ref.',
  ),

  // Ansible
  E_ANSIBLE_UNREACHABLE: remote(
    'Ansible cannot reach a host.',
    'Check the address and that ssh answers there.',
  ),
  E_ANSIBLE_TASK: workload('A task of the playbook failed.', 'Read the failed task above.'),
  E_ANSIBLE_FAILED: workload('The playbook could not be run.', 'Read the output of Ansible above.'),
  E_ANSIBLE_AUTH: configuration('A host refuses the ssh key.', 'Check ssh-key and the user of the host.'),
  E_ANSIBLE_HOST_KEY: configuration(
    'The key of a host is unknown or has changed.',
    'Set ssh-known-hosts to the keys of the hosts.',
  ),

  // Kubernetes
  E_KUBE_UNAVAILABLE: remote(
    'The Kubernetes API does not answer.',
    'Rerun when it answers again; a rerun completes what is missing.',
  ),
  E_KUBE_UNREACHABLE: remote(
    'The Kubernetes API cannot be reached from this runner.',
    'Check the address and the network of the runner.',
  ),
  E_KUBE_TLS: configuration(
    "The Kubernetes API's certificate is not trusted.",
    'Set kubernetes-ca-certificate.',
  ),
  E_KUBE_AUTH: configuration(
    'The Kubernetes API does not accept the credentials.',
    'Check the token or the kubeconfig.',
  ),
  E_KUBE_FORBIDDEN: configuration(
    'The credentials are not allowed to do this in the cluster.',
    'Grant the verb and resource that are named.',
  ),
  E_KUBE_NO_KIND: configuration(
    'The cluster does not serve this kind.',
    'Install its CRD, or correct apiVersion and kind.',
  ),
  E_KUBE_PROTOCOL: remote(
    'The Kubernetes API gave an answer that makes no sense.',
    'Check kubernetes-server.',
  ),
  E_KUBE_THROTTLED: remote('The Kubernetes API limits the rate of requests.', 'Rerun later.'),
  E_KUBE_CONFIG: configuration('The kubeconfig cannot be used.', 'Check kubeconfig and kube-context.'),
  E_KUBE_NOT_FOUND: configuration(
    'An object that a step needs is not in the cluster.',
    'Create the object that is named.',
  ),
  E_KUBE_CONFLICT: remote('An object of the cluster was changed by someone else at the same time.', 'Rerun.'),
  E_NAMESPACE_MISSING: configuration(
    'The namespace does not exist and may not be created.',
    'Create the namespace.',
  ),
  E_MANIFEST_INVALID: configuration(
    'A manifest is not valid; nothing was applied.',
    'Correct the manifest that is named.',
  ),
  E_MANIFEST_NONE: configuration('No manifest was found.', 'Correct deploy.manifests.'),
  E_IMMUTABLE_FIELD: configuration(
    'A manifest changes a field that cannot be changed.',
    'Delete the object, or give it another name.',
  ),
  E_FIELD_CONFLICT: configuration(
    'Another manager owns a field that a manifest sets.',
    'Remove the field from the manifest, or from the other manager.',
  ),
  E_ADMISSION_DENIED: configuration(
    'An admission policy of the cluster refused an object.',
    'Read its message above.',
  ),
  E_QUOTA: configuration('A quota of the namespace is exhausted.', 'Raise the quota, or ask for less.'),
  E_LOCK_HELD: remote('Another deployment holds the lock.', 'Wait for it to end.'),
  E_LOCK_LOST: remote('The lock was taken over by another run.', 'Rerun.'),
  E_ROLLOUT_FAILED: workload('A rollout cannot succeed.', "Read the pod's log above."),
  E_ROLLOUT_TIMEOUT: workload('A rollout did not finish in time.', "Read the pods' states above."),
  E_ROLLBACK_FAILED: workload(
    'The rollback did not succeed.',
    'Look at the workloads now; the report names them.',
  ),
  E_IMAGE_NOT_RUNNING: workload(
    'A pod does not run the digest that was pushed.',
    'Look at the pod that is named.',
  ),
  E_MIGRATION_FAILED: workload(
    'The migration failed.',
    'Read the log of the migration above; nothing of it is undone by itself.',
  ),
  E_MIGRATION_POD: workload('The pod of the migration cannot start.', 'Read the reason above.'),
  E_MIGRATION_TIMEOUT: workload(
    'The migration did not end in time.',
    'Look at the migration Job; it may still be running.',
  ),
  E_MIGRATION_CHECKSUM: workload(
    'A migration that was applied has been changed.',
    'Restore the file, and add a new migration instead.',
  ),
  E_SMOKE_FAILED: workload('A smoke test failed.', 'Compare what was expected with the answer above.'),
  E_SMOKE_UNREACHABLE: workload(
    'A smoke test got no answer.',
    'Check the URL and that the service is exposed there.',
  ),
  E_OLDER_COMMIT: configuration(
    'The deployed commit is newer than this one.',
    'Set allow-older to deploy it all the same.',
  ),

  // GitHub
  E_GITHUB_UNAVAILABLE: remote('GitHub does not answer.', 'Rerun when it answers again.'),
  E_GITHUB_TOKEN: configuration('GitHub does not accept the token.', 'Check the input github-token.'),
  E_GITHUB_PERMISSION: configuration('The token lacks a permission.', 'Add the permission to the job.'),
  E_GITHUB_NOT_FOUND: remote(
    'GitHub does not know the repository, commit or object.',
    'Check the repository and the rights of the token.',
  ),
  E_GITHUB_RATE_LIMITED: remote('GitHub limits the rate of requests.', 'Rerun after the time that is named.'),
  E_GITHUB_VALIDATION: internal('GitHub refused a request as malformed.', REPORT_BUG),
  E_GITHUB_PROTOCOL: remote('GitHub gave an answer that makes no sense.', 'Rerun the job.'),

  // HTTP
  E_HTTP_UNAVAILABLE: remote(
    'A server cannot be reached or does not answer.',
    'Rerun when it answers again.',
  ),
  E_HTTP_TLS: configuration("A server's certificate is not trusted.", 'Give the CA of the server.'),
  E_HTTP_PROTOCOL: remote(
    'A server gave an answer that is cut, too large, or of the wrong kind.',
    'Check the address.',
  ),
  E_HTTP_STATUS: remote('A server answered with an error.', 'Read the answer above.'),

  // the machine and the run
  E_DISK_FULL: remote('The disk of the runner is full.', 'Free space on the runner.'),
  E_CANCELLED: configuration('The run was cancelled.', 'Rerun the job if it was not meant.'),
  E_RUN_TIMEOUT: workload('The run did not end within its timeout.', 'Raise the input timeout.'),
  E_INTERNAL: internal('Stagegate has a bug.', REPORT_BUG),
  E_INTERNAL_UNFINISHED: internal('The run ended without a result.', REPORT_BUG),
} as const satisfies Record<string, CatalogueEntry>

export type ErrorCode = keyof typeof catalogue
