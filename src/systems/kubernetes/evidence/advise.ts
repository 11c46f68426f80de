/** What is known of a failure when advice is given. */
export interface Failure {
  /** As Kubernetes calls it. */
  readonly reason: string
  readonly text: string
  readonly exitCode?: number | undefined
  /** The last meaningful line of its log. */
  readonly said?: string | undefined
}

interface Advice {
  readonly reason: RegExp
  readonly text?: RegExp
  readonly exitCode?: readonly number[]
  readonly next: string
}

/** The first that fits; those with a text before those of the reason alone. */
const advices: readonly Advice[] = [
  {
    reason: /./,
    text: /it is of the earlier revision/,
    next: 'Delete the pod that is named: its StatefulSet makes it anew with the new revision, and goes on. It does not replace it by itself (podManagementPolicy OrderedReady).',
  },
  {
    reason: /Pull|Image/,
    text: /unauthorized|authentication required|denied|forbidden|401|403/i,
    next: "Let the cluster pull this image: add a registry login as imagePullSecrets to the pods' service account.",
  },
  {
    reason: /Pull|Image/,
    text: /not found|manifest unknown|does not exist|no such image/i,
    next: 'Correct the name or tag of the image that is named, or push it; the registry was asked and does not have it.',
  },
  {
    reason: /Pull|Image/,
    text: /no match for platform|exec format/i,
    next: "Build the image for the nodes' platform too.",
  },
  {
    reason: /Pull|Image/,
    text: /toomanyrequests|rate limit/i,
    next: 'The registry limits pulls: pull with a login, or from a mirror.',
  },
  {
    reason: /^InvalidImageName$/,
    next: "Correct the image's name in the manifest: lower case, no spaces, registry/name:tag.",
  },
  {
    reason: /^ErrImageNeverPull$/,
    next: 'Bring the image onto the nodes, or set imagePullPolicy to IfNotPresent.',
  },
  {
    reason: /Pull|Image|Registry/,
    next: 'Check from a node of the cluster that the registry answers and serves this image.',
  },
  {
    reason: /^CreateContainerConfigError$/,
    text: /runAsNonRoot|non-root/i,
    next: 'Let the image run as another user than root (USER in its Dockerfile, or runAsUser in the manifest).',
  },
  {
    reason: /^CreateContainerConfigError$/,
    text: /couldn't find key/i,
    next: 'Add the key that is named to that ConfigMap or Secret, or correct the reference.',
  },
  {
    reason: /^CreateContainerConfigError$/,
    next: 'Add the ConfigMap or Secret that is named to the manifests or to deploy.secrets, or correct its name.',
  },
  {
    reason: /./,
    text: /exec format error/i,
    next: "Build the image for the nodes' platform: it holds a program for another one.",
  },
  {
    reason: /StartError|RunContainerError|CreateContainerError|ContainerCannotRun/,
    text: /executable file not found|no such file or directory/i,
    next: "Correct command in the manifest, or the image's ENTRYPOINT: the image has no such program.",
  },
  {
    reason: /StartError|RunContainerError|CreateContainerError|ContainerCannotRun/,
    text: /permission denied/i,
    next: 'Make the program in the image executable for the user that runs it.',
  },
  {
    reason: /StartError|RunContainerError|CreateContainerError|ContainerCannotRun/,
    next: 'Read what the node says above: it could not start the container.',
  },
  {
    reason: /OOMKilled/,
    next: 'Raise resources.limits.memory of this container, or let it use less.',
  },
  {
    reason: /CrashLoopBackOff|Error/,
    text: /OOMKilled/,
    next: 'Raise resources.limits.memory of this container, or let it use less.',
  },
  {
    reason: /CrashLoopBackOff/,
    text: /(?:liveness|startup) probe failed/i,
    next: 'The kubelet ended it because a probe failed: compare what the probe asks with what the program answers, and when.',
  },
  {
    reason: /CrashLoopBackOff|Error/,
    exitCode: [126, 127],
    next: 'Correct the command: its shell did not find the program, or may not run it.',
  },
  {
    reason: /CrashLoopBackOff|Error/,
    exitCode: [139],
    next: 'The program crashed in native code (SIGSEGV): run the image locally with the same configuration.',
  },
  {
    reason: /CrashLoopBackOff|Error|Completed/,
    exitCode: [0],
    next: 'The program ended by itself: a service has to keep running in the foreground.',
  },
  {
    reason: /CrashLoopBackOff/,
    next: "Read the container's last words above; it ends by itself, with the configuration of this environment.",
  },
  {
    reason: /^Unschedulable$/,
    text: /Insufficient/,
    next: 'Ask for less (resources.requests), or give the cluster more nodes.',
  },
  {
    reason: /^Unschedulable$/,
    text: /affinity|selector/i,
    next: 'Correct nodeSelector or affinity in the manifest, or label a node with what they ask for.',
  },
  {
    reason: /^Unschedulable$/,
    text: /taint/i,
    next: 'Add a toleration for the taint that is named, or free a node of it.',
  },
  {
    reason: /^Unschedulable$/,
    text: /persistentvolumeclaim|volume/i,
    next: 'Look at the PersistentVolumeClaim of the pod: it has no volume that a node can mount.',
  },
  { reason: /^Unschedulable$/, next: 'Read above why no node takes the pod.' },
  {
    reason: /FailedCreate|ReplicaFailure/,
    text: /exceeded quota|must specify/,
    next: 'Raise the quota of the namespace, or ask for less in the manifest.',
  },
  {
    reason: /FailedCreate|ReplicaFailure/,
    text: /PodSecurity/,
    next: "Set in the pod's securityContext what the namespace's policy asks for; the message names each field.",
  },
  {
    reason: /FailedCreate|ReplicaFailure/,
    text: /minimum|maximum|LimitRange/i,
    next: "Keep the container's resources within the LimitRange of the namespace.",
  },
  {
    reason: /FailedCreate|ReplicaFailure/,
    text: /serviceaccount/i,
    next: 'Add the ServiceAccount that is named to the manifests, or correct serviceAccountName.',
  },
  {
    reason: /FailedCreate|ReplicaFailure/,
    text: /webhook/i,
    next: 'An admission webhook refuses the pods or does not answer: read its message, ask who runs it.',
  },
  { reason: /FailedCreate|ReplicaFailure/, next: 'Read above why the cluster refuses to create the pods.' },
  {
    reason: /^FailedMount$/,
    text: /hostPath/,
    next: "Correct the volume's hostPath: the node has nothing of that type there.",
  },
  {
    reason: /^FailedMount$/,
    next: 'Add the ConfigMap or Secret of the volume to the manifests or to deploy.secrets, or correct its name.',
  },
  {
    reason: /Unhealthy|Readiness|Startup/,
    text: /connection refused/i,
    next: 'Let the program listen on the port that the probe asks, on all addresses (0.0.0.0), not on localhost.',
  },
  {
    reason: /Unhealthy|Readiness|Startup/,
    text: /statuscode: 4\d\d/i,
    next: "Correct the probe's path: the program answers there that it has no such page, or wants a login.",
  },
  {
    reason: /Unhealthy|Readiness|Startup/,
    next: "Compare the probe's numbers above with how long the program takes, and read its log.",
  },
  {
    reason: /^ProgressDeadlineExceeded$/,
    next: 'Read above what the pods wait for; for a slow start, raise progressDeadlineSeconds.',
  },
  { reason: /^DeploymentPaused$/, next: 'Remove spec.paused from the manifest, or resume the Deployment.' },
  { reason: /^BackoffLimitExceeded$/, next: "Read the log of the Job's pod above." },
  {
    reason: /^DeadlineExceeded$/,
    next: 'Raise activeDeadlineSeconds of the Job, or find what it waits for.',
  },
  { reason: /^(?:Replaced|Deleted)$/, next: 'Find out who deletes this object while it is deployed.' },
  {
    reason: /^ClaimLost$/,
    next: 'The volume of the PersistentVolumeClaim is gone: restore it, or delete the claim.',
  },
]

/** One thing to do about a failure, by its class. Pure. */
export function advise({ reason, text, exitCode, said = '' }: Failure): string | undefined {
  return advices.find(
    (each) =>
      each.reason.test(reason) &&
      (each.text === undefined || each.text.test(text) || each.text.test(said)) &&
      (each.exitCode === undefined || (exitCode !== undefined && each.exitCode.includes(exitCode))),
  )?.next
}
