import { dirname } from 'node:path'
import { stripEnd } from '../../text/strip-end.ts'

/** A token for every repository below a URL; sent as a header, so that it is in no URL, argument or file. */
export interface GitCredential {
  /** `https://github.com` */
  readonly url: string
  readonly token: string
}

/** Variables of Git that say how to reach a server; every other `GIT_*` of the runner could redirect a command. */
const KEPT = new Set(['GIT_SSL_CAINFO', 'GIT_SSL_CAPATH', 'GIT_PROXY_SSL_CAINFO', 'GIT_PROXY_SSL_CAPATH'])

/**
 * The environment of a Git command: no prompt, no hook, no system configuration, no transport but the allowed ones.
 * Credentials go in by environment (`GIT_CONFIG_COUNT`, git-config(1)), which `ps` does not show and no file keeps. Pure.
 *
 * @param base the environment of a tool that Stagegate drives itself
 * @param workspace absolute real path; trusted though another user may own it, as in a job container
 */
export function gitEnvironment(
  base: Readonly<Record<string, string>>,
  options: {
    readonly workspace: string
    readonly protocols: readonly string[]
    readonly credentials: readonly GitCredential[]
  },
): Record<string, string> {
  const inherited = Object.entries(base).filter(([name]) => !name.startsWith('GIT_') || KEPT.has(name))
  return {
    ...Object.fromEntries(inherited),
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_ALLOW_PROTOCOL: options.protocols.join(':'),
    ...configVariables([
      ...[...withAncestors(options.workspace)].map((folder) => ['safe.directory', folder] as const),
      ['credential.helper', ''],
      ['http.lowSpeedLimit', '1000'],
      ['http.lowSpeedTime', '30'],
      ...options.credentials.flatMap(headerOf),
    ]),
  }
}

/** The empty value drops a header that actions/checkout left behind: two of them are refused by GitHub. */
function headerOf({ url, token }: GitCredential): readonly (readonly [string, string])[] {
  const key = `http.${stripEnd(url, '/')}/.extraheader`
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64')
  return [
    [key, ''],
    [key, `AUTHORIZATION: basic ${basic}`],
  ]
}

function configVariables(entries: readonly (readonly [string, string])[]): Record<string, string> {
  const variables: Record<string, string> = { GIT_CONFIG_COUNT: String(entries.length) }
  for (const [index, [key, value]] of entries.entries()) {
    variables[`GIT_CONFIG_KEY_${index}`] = key
    variables[`GIT_CONFIG_VALUE_${index}`] = value
  }
  return variables
}

/** The workspace may be a folder inside the repository; Git asks for the trust of the repository's root. */
function* withAncestors(folder: string): Generator<string> {
  for (let each = folder; each !== dirname(each); each = dirname(each)) yield each
}
