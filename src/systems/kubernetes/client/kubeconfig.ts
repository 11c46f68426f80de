import { readFile } from 'node:fs/promises'
import type { RequestOptions } from 'node:https'
import { isAbsolute } from 'node:path'
import { KubeConfig } from '@kubernetes/client-node/dist/config.js'
import { parse } from 'yaml'
import { StagegateError } from '../../../errors/index.ts'
import type { Tls } from '../../http/http.ts'
import { type Connection, parseServer } from './connection.ts'
import type { KubernetesCredentials } from './credentials.ts'
import { type ExecConfig, type KubeconfigHost, runExecPlugin } from './exec-plugin.ts'

type Source = Extract<KubernetesCredentials, { kind: 'kubeconfig' }>

/** A connection with how long it may be used: token files are read again after a minute, as client-go does. */
export interface Opened {
  readonly connection: Connection
  /** Milliseconds. */
  readonly validMs: number
}

const FILE_AGE = 60_000

/** What of a user is ours: client-node knows `tokenFile` by another name, and runs plugins without an end. */
interface OwnPart {
  readonly exec: ExecConfig | undefined
  readonly tokenFile: string | undefined
}

/**
 * A kubeconfig and its context, with every way to authenticate: certificates, tokens, token files, exec plugins, and what
 * client-node knows beside them (OIDC). Of that package only the configuration is used; the transport is ours.
 *
 * @throws StagegateError E_KUBE_CONFIG
 */
export function readKubeconfig(
  source: Source,
  host: KubeconfigHost,
): { open(signal: AbortSignal): Promise<Opened> } {
  const { config, clusters, users } = loadConfig(source)
  const cluster = config.getCurrentCluster()
  const user = config.getCurrentUser()
  if (cluster === null || user === null) {
    const known = config.getContexts().map((each) => each.name)
    throw invalid(
      `The kubeconfig has no usable context "${config.currentContext}".`,
      known.length === 0 ? [] : [`its contexts: ${known.join(', ')}`],
    )
  }
  refuseTraps({ cluster, provider: user.authProvider as { readonly name?: string } | null }, host.env)
  const server = parseServer(cluster.server)
  const { exec, tokenFile } = users.get(user.name) ?? {}
  return {
    async open(signal) {
      const options: RequestOptions = {}
      let token: string | undefined
      try {
        await config.applyToHTTPSOptions(options)
        if (tokenFile !== undefined) token = (await readFile(tokenFile, 'utf8')).trim()
      } catch {
        // Messages of readers of files may hold credentials.
        throw invalid(
          `The credentials of context "${config.currentContext}" cannot be had: a file cannot be read.`,
          [],
        )
      }
      const plugged =
        exec === undefined
          ? undefined
          : await runExecPlugin(exec, clusters.get(cluster.name) ?? {}, host, signal)
      token = plugged?.token ?? token
      const pair = plugged?.pair
      const tls = { ...tlsOf(options), ...pair }
      const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
      const connection = { server, tls, headers: { ...headersOf(options), ...authorization } }
      return { connection, validMs: plugged?.validMs ?? FILE_AGE }
    },
  }
}

/** What would send credentials to someone else, or run what is not named as a program. */
function refuseTraps(
  {
    cluster,
    provider,
  }: {
    readonly cluster: { readonly proxyUrl?: string; readonly skipTLSVerify?: boolean }
    readonly provider: { readonly name?: string } | null
  },
  env: KubeconfigHost['env'],
): void {
  const { proxyUrl, skipTLSVerify } = cluster
  const proxies = [env.HTTPS_PROXY, env.https_proxy].map((each) => URL.parse(each ?? '')?.href)
  if (proxyUrl !== undefined && !proxies.includes(URL.parse(proxyUrl)?.href ?? 'none')) {
    throw invalid('The kubeconfig names a proxy-url that is not the proxy of the job.', [
      'set HTTPS_PROXY for the job instead',
    ])
  }
  if (skipTLSVerify === true) {
    throw invalid('The kubeconfig wants the certificate of the server not to be looked at.', [
      'take insecure-skip-tls-verify away, and embed certificate-authority-data: credentials are only sent to a server that is known',
    ])
  }
  if (provider?.name !== undefined && provider.name !== 'oidc') {
    throw invalid(`The kubeconfig authenticates by "${provider.name}", which Kubernetes has given up.`, [
      'use an exec plugin',
    ])
  }
}

function loadConfig({ kubeconfig, context }: Source) {
  const config = new KubeConfig()
  const users = new Map<string, OwnPart>()
  const clusters = new Map<string, Readonly<Record<string, unknown>>>()
  try {
    // Parsed here and handed on as JSON, for the parser of the package expands aliases without a limit.
    const parsed: unknown = parse(kubeconfig, { uniqueKeys: true, maxAliasCount: 100 })
    if (typeof parsed !== 'object' || parsed === null) throw new TypeError('not a mapping')
    const whole = { clusters: [], users: [], contexts: [], ...parsed } as Whole
    for (const { name, cluster } of whole.clusters) clusters.set(name, cluster ?? {})
    const left = whole.users.map(({ name, user }) => {
      const { exec, tokenFile, 'token-file': alias, ...rest } = user ?? {}
      users.set(name, { exec, tokenFile: tokenFile ?? alias })
      return { name, user: rest }
    })
    config.loadFromString(JSON.stringify({ ...whole, users: left }))
  } catch {
    throw invalid(
      'The kubeconfig cannot be read: it is not a YAML mapping with clusters, users and contexts.',
      [],
    )
  }
  if (context !== undefined) config.setCurrentContext(context)
  const files = [
    ...config.getClusters().map((each) => each.caFile),
    ...config.getUsers().flatMap((each) => [each.certFile, each.keyFile]),
    ...[...users.values()].map((each) => each.tokenFile),
  ].filter((each) => each !== undefined)
  if (files.some((file) => !isAbsolute(file))) {
    throw invalid('The kubeconfig names files by relative paths.', [
      'embed the certificates with --embed-certs',
    ])
  }
  return { config, clusters, users }
}

interface Whole {
  readonly clusters: readonly { readonly name: string; readonly cluster?: Record<string, unknown> }[]
  readonly users: readonly {
    readonly name: string
    readonly user?: {
      readonly exec?: ExecConfig
      readonly tokenFile?: string
      readonly 'token-file'?: string
      readonly [field: string]: unknown
    }
  }[]
}

function tlsOf(options: RequestOptions): Tls {
  const { ca, cert, key, servername } = options
  return {
    ...(ca === undefined ? {} : { ca: pem(ca) }),
    ...(cert === undefined ? {} : { cert: pem(cert) }),
    ...(key === undefined ? {} : { key: pem(key) }),
    ...(servername === undefined ? {} : { serverName: servername }),
  }
}

function headersOf(options: RequestOptions): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    if (typeof value === 'string') headers[name.toLowerCase()] = value
  }
  if (typeof options.auth === 'string')
    headers.authorization = `Basic ${Buffer.from(options.auth).toString('base64')}`
  return headers
}

function pem(value: unknown): string {
  return Buffer.isBuffer(value) ? value.toString('utf8') : String(value)
}

function invalid(message: string, evidence: readonly string[]): StagegateError {
  return new StagegateError('E_KUBE_CONFIG', { message, evidence })
}
