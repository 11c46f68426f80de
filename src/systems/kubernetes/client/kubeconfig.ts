import type { RequestOptions } from 'node:https'
import { isAbsolute } from 'node:path'
import { KubeConfig } from '@kubernetes/client-node/dist/config.js'
import { parse } from 'yaml'
import { StagegateError } from '../../../errors/index.ts'
import type { Tls } from '../../http/http.ts'
import { type Connection, parseServer } from './connection.ts'
import type { KubernetesCredentials } from './credentials.ts'

type Source = Extract<KubernetesCredentials, { kind: 'kubeconfig' }>

/**
 * A kubeconfig and its context, with every way to authenticate that client-node knows: certificates, tokens, token
 * files, exec plugins, OIDC. Only its configuration is used; the transport is ours.
 *
 * @throws StagegateError E_KUBE_CONFIG
 */
export function readKubeconfig(source: Source): { open(): Promise<Connection> } {
  const config = loadConfig(source)
  const cluster = config.getCurrentCluster()
  if (cluster === null || config.getCurrentUser() === null) {
    const known = config.getContexts().map((each) => each.name)
    throw invalid(
      `The kubeconfig has no usable context "${config.currentContext}".`,
      known.length === 0 ? [] : [`its contexts: ${known.join(', ')}`],
    )
  }
  if (cluster.proxyUrl !== undefined) {
    throw invalid('The kubeconfig names a proxy-url, which is not supported.', [
      'set HTTPS_PROXY for the job instead',
    ])
  }
  const server = parseServer(cluster.server)
  return {
    async open() {
      const options: RequestOptions = {}
      try {
        await config.applyToHTTPSOptions(options)
      } catch {
        // Messages of exec plugins and readers of files may hold credentials.
        throw invalid(
          `The credentials of context "${config.currentContext}" cannot be had: a file or an exec plugin fails.`,
          [],
        )
      }
      return { server, tls: tlsOf(options), headers: headersOf(options) }
    },
  }
}

function loadConfig({ kubeconfig, context }: Source): KubeConfig {
  const config = new KubeConfig()
  try {
    // Parsed here and handed on as JSON, for the parser of the package expands aliases without a limit.
    const parsed: unknown = parse(kubeconfig, { uniqueKeys: true, maxAliasCount: 100 })
    if (typeof parsed !== 'object' || parsed === null) throw new TypeError('not a mapping')
    config.loadFromString(JSON.stringify({ clusters: [], users: [], contexts: [], ...parsed }))
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
  ].filter((each) => each !== undefined)
  if (files.some((file) => !isAbsolute(file))) {
    throw invalid('The kubeconfig names files by relative paths.', [
      'embed the certificates with --embed-certs',
    ])
  }
  return config
}

function tlsOf(options: RequestOptions): Tls {
  const { ca, cert, key, servername, rejectUnauthorized } = options
  return {
    ...(ca === undefined ? {} : { ca: pem(ca) }),
    ...(cert === undefined ? {} : { cert: pem(cert) }),
    ...(key === undefined ? {} : { key: pem(key) }),
    ...(servername === undefined ? {} : { serverName: servername }),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
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
