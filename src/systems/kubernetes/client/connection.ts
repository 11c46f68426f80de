import type { Clock } from '../../clock/clock.ts'
import { StagegateError } from '../../../errors/index.ts'
import type { Tls } from '../../http/http.ts'
import type { RequestIdToken } from '../../runner/id-token.ts'
import type { KubernetesCredentials } from './credentials.ts'

/** Where requests go and what they carry to be accepted. Never part of an error or a log line. */
export interface Connection {
  /** Without a trailing slash. */
  readonly server: string
  readonly tls: Tls
  readonly headers: Readonly<Record<string, string>>
}

export interface Connections {
  current(signal: AbortSignal): Promise<Connection>
  /** New credentials in the place of `refused`; requests that were refused together share one renewal. */
  renew(refused: Connection, signal: AbortSignal): Promise<Connection>
}

/** Token files and exec plugins are asked again after this time, as client-go does with token files. Milliseconds. */
const KUBECONFIG_AGE = 60_000

/** The connection of some credentials, made once and kept for as long as it may be used. */
export function createConnections(
  credentials: KubernetesCredentials | undefined,
  requestIdToken: RequestIdToken,
  clock: Clock,
): Connections {
  const open = openerOf(credentials, requestIdToken)
  const maxAge = credentials?.kind === 'kubeconfig' ? KUBECONFIG_AGE : Infinity
  let kept: { readonly opened: Promise<Connection>; readonly since: number } | undefined

  function reopen(signal: AbortSignal): Promise<Connection> {
    const opened = open(signal)
    const entry = { opened, since: clock.monotonic() }
    kept = entry
    opened.catch(() => {
      if (kept === entry) kept = undefined
    })
    return opened
  }

  return {
    current(signal) {
      if (kept !== undefined && clock.monotonic() - kept.since < maxAge) return kept.opened
      return reopen(signal)
    },
    async renew(refused, signal) {
      const current = await kept?.opened
      return current === undefined || current === refused ? reopen(signal) : current
    },
  }
}

function openerOf(
  credentials: KubernetesCredentials | undefined,
  requestIdToken: RequestIdToken,
): (signal: AbortSignal) => Promise<Connection> {
  if (credentials === undefined) {
    return () =>
      Promise.reject(
        new StagegateError('E_KUBE_CONFIG', {
          message: 'No cluster is configured.',
          next: 'Set the input kubernetes-server, or kubeconfig.',
        }),
      )
  }
  if (credentials.kind === 'oidc') {
    const { server, caCertificate, audience } = credentials
    return async (signal) => {
      const address = parseServer(server)
      const token = await requestIdToken(audience, signal)
      const tls = caCertificate === undefined ? {} : { ca: caCertificate }
      return { server: address, tls, headers: { authorization: `Bearer ${token}` } }
    }
  }
  let kubeconfig: Promise<{ open(): Promise<Connection> }> | undefined
  return async () => {
    // Loaded only here: client-node costs some 70 ms, which a login with the run's own token need not pay.
    kubeconfig ??= import('./kubeconfig.ts').then(({ readKubeconfig }) => readKubeconfig(credentials))
    return (await kubeconfig).open()
  }
}

/**
 * The address of an API server without its trailing slash. Credentials are only ever sent over TLS.
 *
 * @throws StagegateError E_KUBE_CONFIG
 */
export function parseServer(text: string): string {
  const url = URL.parse(text)
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '' || url.search !== '') {
    throw new StagegateError('E_KUBE_CONFIG', {
      message: 'The address of the Kubernetes API is not of the form https://host:port.',
    })
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '')
}
