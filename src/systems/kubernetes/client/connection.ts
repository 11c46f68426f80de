import type { Clock } from '../../clock/clock.ts'
import { StagegateError } from '../../../errors/index.ts'
import type { Tls } from '../../http/http.ts'
import type { RequestIdToken } from '../../runner/id-token.ts'
import { type SharedWork, shareWork } from '../share-work.ts'
import type { KubernetesCredentials } from './credentials.ts'
import type { KubeconfigHost } from './exec-plugin.ts'
import { stripEnd } from '../../../text/strip-end.ts'

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

/** How a connection is made, and for how long it may be used. Milliseconds. */
type Open = (signal: AbortSignal) => Promise<{ readonly connection: Connection; readonly validMs: number }>

interface Kept {
  readonly opening: SharedWork<Connection>
  /** By the monotonic clock; known when it is opened. */
  until: number
}

/**
 * The connection of some credentials, made once for all who ask, and kept for as long as it may be used.
 *
 * @param host what a kubeconfig with an exec plugin needs of the job
 */
export function createConnections(
  credentials: KubernetesCredentials | undefined,
  requestIdToken: RequestIdToken,
  clock: Clock,
  host?: Omit<KubeconfigHost, 'clock'>,
): Connections {
  const open = openerOf(credentials, requestIdToken, { ...(host ?? noHost), clock })
  let kept: Kept | undefined

  function reopen(): Kept {
    const opening = shareWork(async (signal) => {
      const started = clock.monotonic()
      try {
        const { connection, validMs } = await open(signal)
        entry.until = started + validMs
        return connection
      } catch (thrown) {
        if (kept === entry) kept = undefined
        throw thrown
      }
    })
    const entry: Kept = { opening, until: Infinity }
    kept = entry
    return entry
  }

  function usable(): Kept {
    const isUsable = kept !== undefined && clock.monotonic() < kept.until && !kept.opening.abandoned()
    return isUsable && kept !== undefined ? kept : reopen()
  }

  return {
    current: (signal) => usable().opening.wait(signal),
    async renew(refused, signal) {
      const asked = usable()
      const current = await asked.opening.wait(signal)
      if (current !== refused) return current
      return (kept === asked ? reopen() : usable()).opening.wait(signal)
    },
  }
}

const noHost: Omit<KubeconfigHost, 'clock'> = {
  processes: {
    run: () => Promise.reject(new Error('no programs are run here')),
    environment: () => ({}),
  },
  secrets: { add: () => undefined },
  env: {},
}

function openerOf(
  credentials: KubernetesCredentials | undefined,
  requestIdToken: RequestIdToken,
  host: KubeconfigHost,
): Open {
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
      const headers = { authorization: `Bearer ${token}` }
      return { connection: { server: address, tls, headers }, validMs: Infinity }
    }
  }
  let kubeconfig: Promise<{ open: Open }> | undefined
  return async (signal) => {
    // Loaded only here: client-node costs some 70 ms, which a login with the run's own token need not pay.
    kubeconfig ??= import('./kubeconfig.ts').then(({ readKubeconfig }) => readKubeconfig(credentials, host))
    return (await kubeconfig).open(signal)
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
  return stripEnd(`${url.origin}${url.pathname}`, '/')
}
