import { tmpdir } from 'node:os'
import { isAbsolute } from 'node:path'
import { StagegateError } from '../../../errors/index.ts'
import type { Clock } from '../../clock/clock.ts'
import type { Processes } from '../../runner/processes.ts'
import type { Secrets } from '../../runner/secrets.ts'
import { cut } from '../../../text/index.ts'

/** What a kubeconfig needs of the job around it. */
export interface KubeconfigHost {
  readonly processes: Pick<Processes, 'run' | 'environment'>
  readonly secrets: Secrets
  readonly clock: Clock
  /** The job's. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** `users[].user.exec` of a kubeconfig, as the reference of `client.authentication.k8s.io` has it. */
export interface ExecConfig {
  readonly apiVersion?: unknown
  readonly command?: unknown
  readonly args?: unknown
  readonly env?: unknown
  readonly installHint?: unknown
  readonly provideClusterInfo?: unknown
  readonly interactiveMode?: unknown
}

export interface ExecCredential {
  readonly token?: string
  /** PEM. */
  readonly pair?: { readonly cert: string; readonly key: string }
  /** In milliseconds from now, a minute or half of its life before it ends; Infinity when the plugin names no end. */
  readonly validMs: number
}

/** As long as a cloud may take to hand out a token. Milliseconds. */
const LIMIT = 60_000
const MARGIN = 60_000

const versions = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1']

/** Of the job's environment, what is this action's own business and no plugin's. */
const own = /^(?:INPUT_|STATE_|ACTIONS_(?!ID_TOKEN_)|GITHUB_(?:TOKEN|ENV|PATH|OUTPUT|STATE|STEP_SUMMARY)$)/

/**
 * Runs the plugin of a user: no shell, no terminal, at most a minute, ended with the signal. Its output is registered as
 * secret and never told.
 *
 * @param cluster told to plugins that ask for it: `server`, `certificate-authority-data`, …
 * @throws StagegateError E_KUBE_CONFIG
 */
export async function runExecPlugin(
  config: ExecConfig,
  cluster: Readonly<Record<string, unknown>>,
  { processes, secrets, clock, env }: KubeconfigHost,
  signal: AbortSignal,
): Promise<ExecCredential> {
  const { apiVersion, command, argv, variables } = checkConfig(config)
  const deadline = clock.deadline(LIMIT, () => failed(command, `it did not end within ${LIMIT / 1000} s`))
  const spec = { interactive: false, ...(config.provideClusterInfo === true ? { cluster } : {}) }
  const info = JSON.stringify({ apiVersion, kind: 'ExecCredential', spec })
  const job = Object.fromEntries(
    Object.entries(env).filter(([name, value]) => value !== undefined && !own.test(name)),
  ) as Record<string, string>
  try {
    const { exitCode, stdout } = await processes.run({
      argv: [command, ...argv],
      cwd: tmpdir(),
      env: processes.environment('own', { ...job, ...variables, KUBERNETES_EXEC_INFO: info }),
      signal: AbortSignal.any([signal, deadline.signal]),
    })
    if (exitCode !== 0) throw failed(command, `it ended with exit code ${exitCode}`)
    return readCredential(stdout, { apiVersion, command, secrets, now: clock.now() })
  } catch (thrown) {
    if (!(thrown instanceof StagegateError) || thrown.code !== 'E_COMMAND_NOT_FOUND') throw thrown
    const hint = typeof config.installHint === 'string' ? [cut(config.installHint, 1000)] : []
    throw new StagegateError('E_KUBE_CONFIG', {
      message: `The exec plugin ${command} of the kubeconfig is not on this runner.`,
      evidence: hint,
      next: 'Install it in a step before this one.',
    })
  } finally {
    deadline.clear()
  }
}

function checkConfig(config: ExecConfig) {
  const { apiVersion, command, args, env, interactiveMode } = config
  if (typeof command !== 'string' || command === '')
    throw invalid('The exec plugin of the kubeconfig names no command.')
  if (command.includes('/') && !isAbsolute(command)) {
    throw invalid('The kubeconfig names its exec plugin by a relative path.')
  }
  if (typeof apiVersion !== 'string' || !versions.includes(apiVersion)) {
    throw invalid(`The exec plugin ${command} is of an unknown version; known are ${versions.join(', ')}.`)
  }
  if (interactiveMode === 'Always') throw invalid(`The exec plugin ${command} wants a terminal.`)
  const argv = Array.isArray(args) ? args.map(String) : []
  const listed = (Array.isArray(env) ? env : []) as readonly { name?: unknown; value?: unknown }[]
  const variables = Object.fromEntries(
    listed.map(({ name, value }) => [String(name), typeof value === 'string' ? value : '']),
  )
  return { apiVersion, command, argv, variables }
}

function readCredential(
  text: string,
  {
    apiVersion,
    command,
    secrets,
    now,
  }: {
    readonly apiVersion: string
    readonly command: string
    readonly secrets: Secrets
    readonly now: Date
  },
): ExecCredential {
  let answer: Readonly<Record<string, unknown>>
  try {
    answer = mapping(JSON.parse(text))
  } catch {
    throw failed(command, 'what it prints is no JSON')
  }
  if (answer.kind !== 'ExecCredential' || answer.apiVersion !== apiVersion) {
    throw failed(command, `what it prints is no ExecCredential of ${apiVersion}`)
  }
  const { token, clientCertificateData, clientKeyData, expirationTimestamp } = mapping(answer.status)
  const hasToken = typeof token === 'string' && token !== ''
  const hasPair = typeof clientCertificateData === 'string' && typeof clientKeyData === 'string'
  if (!hasToken && !hasPair) throw failed(command, 'it gives neither a token nor a certificate with its key')
  if (hasToken) secrets.add(token)
  if (hasPair) secrets.add(clientKeyData)
  const end = typeof expirationTimestamp === 'string' ? Date.parse(expirationTimestamp) : Number.NaN
  const left = end - now.getTime()
  return {
    ...(hasToken ? { token } : {}),
    ...(hasPair ? { pair: { cert: clientCertificateData, key: clientKeyData } } : {}),
    validMs: Number.isNaN(end) ? Infinity : Math.max(0, left - MARGIN, left / 2),
  }
}

function mapping(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}

function failed(command: string, why: string): StagegateError {
  return invalid(`The exec plugin ${command} of the kubeconfig fails: ${why}.`)
}

function invalid(message: string): StagegateError {
  return new StagegateError('E_KUBE_CONFIG', { message })
}
