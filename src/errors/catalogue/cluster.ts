import { type CatalogueEntry, configuration, remote, workload } from './entry.ts'

/** The cluster, and what is deployed to it. */
export const cluster = {
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
  E_KUBE_TOO_OLD: configuration(
    'The API server is too old: server-side apply and aggregated discovery are needed.',
    'Use Kubernetes 1.26 or newer.',
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
  E_MANIFEST_CYCLE: configuration(
    'Objects of the manifests need each other in a circle; nothing was applied.',
    'Take one of the references that are named away.',
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
  E_WEBHOOK_UNAVAILABLE: remote(
    'A webhook of the cluster that has to be asked does not answer.',
    'Look at the pods of the service that is named, then rerun.',
  ),
  E_WEBHOOK_NO_DRY_RUN: configuration(
    'A webhook of the cluster cannot be asked in a dry run, so that nothing can be tried beforehand.',
    'Set sideEffects: None (or NoneOnDryRun, when it is true) in the configuration of the webhook that is named.',
  ),
  E_QUOTA: configuration('A quota of the namespace is exhausted.', 'Raise the quota, or ask for less.'),
  E_KUBE_EXHAUSTED: remote(
    'The cluster has no address or port left to give.',
    'Remove Services that nobody needs, or have the range of the cluster widened.',
  ),
  E_SERVICE_NAME_TAKEN: configuration(
    'Another service with the same name deploys to this namespace.',
    'Give one of the two another name with the key service, or another namespace.',
  ),
  E_LOCK_HELD: remote('Another deployment holds the lock.', 'Wait for it to end.'),
  E_LOCK_LOST: remote(
    'Another has the lock now: a run that took it over, or somebody who changed its holder.',
    'Wait until the other run has ended, then rerun.',
  ),
  E_LOCK_REMOVED: remote(
    'The lock was freed or deleted by somebody while the run held it.',
    'Free a lock only when its run has ended. Rerun.',
  ),
  E_LOCK_UNREACHABLE: remote(
    'The lock could not be renewed in time, because the Kubernetes API did not answer.',
    'Rerun when it answers again.',
  ),
  E_ROLLOUT_FAILED: workload('A rollout cannot succeed.', "Read the pod's log above."),
  E_ROLLOUT_TIMEOUT: workload('A rollout did not finish in time.', "Read the pods' states above."),
  E_ROLLOUT_NO_PROGRESS: remote(
    'Nothing in the cluster acts on what was applied.',
    'See whether kube-controller-manager and kube-scheduler of the cluster run; rerun when they do.',
  ),
  E_KUBE_UNAVAILABLE_DURING_ROLLOUT: remote(
    'The Kubernetes API went away during a rollout and did not come back in its time.',
    'Rerun when the API answers again: a rerun goes on where this one ended, and rolls back if it fails.',
  ),
  E_ROLLBACK_FAILED: workload(
    'The rollback did not succeed.',
    'Look at the workloads now; the report names them.',
  ),
  E_IMAGE_NOT_RUNNING: workload(
    'A pod does not run the digest that was pushed.',
    'Look at the pod that is named.',
  ),
  E_MIGRATION_FILES: configuration(
    'The folder of the migration has SQL that would not be applied.',
    'Correct each file that is named, or move it out of the folder.',
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
  E_RECORD_INVALID: configuration(
    'The record of the last good deployment is not one that a deployment has written.',
    'See who changed the Secret that is named, then delete it: the next deployment writes it anew.',
  ),
  E_OLDER_COMMIT: configuration(
    'The deployed commit is newer than this one.',
    'Set allow-older to deploy it all the same.',
  ),
} as const satisfies Record<string, CatalogueEntry>
