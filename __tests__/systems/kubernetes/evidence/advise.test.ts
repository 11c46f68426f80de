import { describe, expect, test } from 'vitest'
import { advise } from '../../../../src/systems/kubernetes/evidence/advise.ts'

/** Texts as a real cluster (1.34, containerd) says them. */
const cases: [string, string, RegExp, { exitCode?: number; said?: string }?][] = [
  ['ErrImagePull', 'failed to resolve reference "localhost:5000/base/none:1": not found', /push it/],
  ['ImagePullBackOff', 'pull access denied, repository requires authorization', /imagePullSecrets/],
  ['ErrImagePull', 'no match for platform in manifest', /platform/],
  ['ErrImagePull', '429 Too Many Requests - toomanyrequests: rate limit', /limits pulls/],
  ['ErrImagePull', 'dial tcp 127.0.0.1:1: connect: connection refused', /the registry answers/],
  ['InvalidImageName', "couldn't parse image name", /lower case/],
  ['ErrImageNeverPull', 'not present with pull policy of Never', /imagePullPolicy/],
  ['CreateContainerConfigError', 'configmap "none" not found', /ConfigMap or Secret/],
  ['CreateContainerConfigError', "couldn't find key a in ConfigMap n/c", /Add the key/],
  [
    'CreateContainerConfigError',
    'container has runAsNonRoot and image will run as root',
    /another user than root/,
  ],
  ['RunContainerError', 'exec: "nope": executable file not found in $PATH', /no such program/],
  ['StartError', 'exec /app: permission denied', /executable for the user/],
  ['CrashLoopBackOff', 'exit 1, 2 restarts', /for another one/, { said: 'exec /app: exec format error' }],
  ['OOMKilled', 'exit 137 (OOMKilled), 2 restarts', /limits\.memory/, { exitCode: 137 }],
  [
    'CrashLoopBackOff',
    'exit 137, 2 restarts Unhealthy: Liveness probe failed',
    /probe failed/,
    { exitCode: 137 },
  ],
  ['CrashLoopBackOff', 'exit 3, 2 restarts Unhealthy: Readiness probe failed', /last words/, { exitCode: 3 }],
  ['CrashLoopBackOff', 'exit 127, 2 restarts', /did not find the program/, { exitCode: 127 }],
  ['CrashLoopBackOff', 'exit 139, 2 restarts', /SIGSEGV/, { exitCode: 139 }],
  ['CrashLoopBackOff', 'exit 0 (Completed), 2 restarts', /in the foreground/, { exitCode: 0 }],
  ['CrashLoopBackOff', 'exit 3, 2 restarts', /last words/, { exitCode: 3 }],
  ['Unschedulable', '0/1 nodes are available: 1 Insufficient cpu.', /Ask for less/],
  ['Unschedulable', "1 node(s) didn't match Pod's node affinity/selector", /nodeSelector/],
  ['Unschedulable', '1 node(s) had untolerated taint {a: b}', /toleration/],
  ['Unschedulable', 'pod has unbound immediate PersistentVolumeClaims', /PersistentVolumeClaim/],
  ['FailedCreate', 'forbidden: exceeded quota: small, requested: pods=1', /quota/],
  ['FailedCreate', 'violates PodSecurity "restricted:latest"', /securityContext/],
  ['FailedCreate', 'maximum memory usage per Container is 1Gi', /LimitRange/],
  ['FailedCreate', 'serviceaccount "none" not found', /ServiceAccount/],
  ['FailedCreate', 'admission webhook "a.b" denied the request', /webhook/],
  ['FailedMount', 'secret "none" not found', /deploy\.secrets/],
  ['FailedMount', 'hostPath type check failed: /a is not a directory', /hostPath/],
  ['Unhealthy', 'Readiness probe failed: dial tcp: connect: connection refused', /0\.0\.0\.0/],
  ['Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 404', /path/],
  ['Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503', /numbers/],
  ['ProgressDeadlineExceeded', 'ReplicaSet "a" has timed out progressing.', /progressDeadlineSeconds/],
  ['DeploymentPaused', 'the Deployment is paused', /spec\.paused/],
  ['BackoffLimitExceeded', 'Job has reached the specified backoff limit', /Job's pod/],
  ['DeadlineExceeded', 'Job was active longer than specified deadline', /activeDeadlineSeconds/],
  ['Replaced', 'it was deleted and made again', /deletes this object/],
]

describe('what to do', () => {
  test.for(cases)('about %s (%s) is said', ([reason, text, expected, more = {}]) => {
    expect(advise({ reason, text, ...more })).toMatch(expected)
  })

  test('about what nobody knows is not invented', () => {
    expect(advise({ reason: 'SomethingNew', text: 'whatever' })).toBeUndefined()
  })
})
