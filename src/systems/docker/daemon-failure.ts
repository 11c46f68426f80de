import { StagegateError } from '../../errors/index.ts'
import { cut } from '../../text/index.ts'

const PERMISSION = /permission denied while trying to connect|permission denied.*\.sock/i

const AWAY = new RegExp(
  [
    'cannot connect to the docker daemon',
    'failed to connect to the docker api',
    'is the docker daemon running',
    'dial unix .*: (?:connect: )?(?:no such file|connection refused)',
    'waiting for connection',
    '^context deadline exceeded$',
    'no builder .* found',
    'error reading from server: EOF',
    'connection error: desc = "transport',
  ].join('|'),
  'i',
)

/** How to get a builder that can write an OCI layout. */
export const NO_EXPORT_NEXT =
  'Turn on the containerd image store of the Docker engine, or add docker/setup-buildx-action before Stagegate; the reusable workflow takes no steps of others, so give it runners with that store.'

/** What the client says when it cannot use its engine or builder, told apart; undefined for anything else. Pure. */
export function daemonFailure(text: string): StagegateError | undefined {
  const evidence = [cut(text.split('\n', 1)[0] ?? '', 500)]
  if (PERMISSION.test(text)) {
    return new StagegateError('E_BUILD_DAEMON', {
      message: "This user may not use the Docker engine's socket.",
      evidence,
      next: 'Add the user to the group of the socket (as a rule: docker).',
    })
  }
  if (/exporter is not supported for the docker driver/i.test(text)) {
    return new StagegateError('E_BUILD_DAEMON', {
      message: 'The builder of this runner cannot write an OCI layout.',
      evidence,
      next: NO_EXPORT_NEXT,
    })
  }
  if (!AWAY.test(text)) return undefined
  return new StagegateError('E_BUILD_DAEMON', {
    message: 'The Docker engine or the builder of this runner does not answer.',
    evidence,
  })
}
