import { type Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import type { RunGit } from './git-command.ts'

/** Settings that can hold a credential, or lead to one. */
const PATTERN = String.raw`^(http\..*extraheader|core\.sshcommand|remote\..*\.(push)?url|url\..*\.(push)?insteadof)$`
/** Names of submodules may have slashes in them: so deep below `.git/modules` their folders are looked for. */
const DEPTH = 6
const MOST_SUBMODULES = 200

/**
 * Settings that hold a credential, or lead to one: their names, without any value. `actions/checkout` leaves
 * `http.<server>.extraheader` or `core.sshCommand`, since version 6 in a file of its own that the checkout includes, unless
 * it is told `persist-credentials: false`; of submodules too. Steps for private packages leave `url.<base>.insteadOf`, often
 * in the settings of the user, which every command of the job reads as well.
 */
export async function findKeptCredentials(
  run: RunGit,
  workspace: string,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const read = async (
    before: readonly string[],
    scope: '--local' | '--global',
  ): Promise<readonly string[]> => {
    const args = [...before, 'config', scope, '--includes', '--null', '--get-regexp', PATTERN]
    // Without a match it ends with 1.
    const { stdout } = await run({ workspace, args, signal })
    return stdout.split('\0').flatMap((entry) => nameOf(entry, scope))
  }
  const [own, users, submodules] = await Promise.all([
    read([], '--local'),
    read([], '--global'),
    listSubmodules(run, workspace, signal),
  ])
  const names = [...own, ...users.map((name) => `${name} of the user's settings`)]
  for (const { name, folder } of submodules) {
    const found = await read([`--git-dir=${folder}`], '--local')
    names.push(...found.map((each) => `${each} of the submodule ${name}`))
  }
  return [...new Set(names)].toSorted()
}

/** The name of a setting whose value, or whose own name, holds a credential; what of it is secret is left out. */
function nameOf(entry: string, scope: '--local' | '--global'): readonly string[] {
  const at = entry.indexOf('\n')
  const name = at === -1 ? entry : entry.slice(0, at)
  const value = at === -1 ? '' : entry.slice(at + 1)
  const [kind = ''] = name.split('.')
  const shown = name.replace(/(https?:\/\/)[^/]*@/i, '$1***@')
  const holds = (url: string): boolean => /^https?:\/\/[^/@]+@/i.test(url)
  switch (kind) {
    case 'http':
      return /^\s*authorization:/i.test(value) ? [shown] : []
    case 'remote':
      return holds(value) ? [shown] : []
    case 'url':
      return holds(name.slice('url.'.length)) ? [shown] : []
    case 'core':
      // In the settings of a user it often says only how to connect, not with what.
      return scope === '--local' || /(?:^|\s)-i|identityfile/i.test(value) ? [shown] : []
    default:
      return []
  }
}

interface Submodule {
  readonly name: string
  /** Its Git folder, absolute. */
  readonly folder: string
}

async function listSubmodules(
  run: RunGit,
  workspace: string,
  signal: AbortSignal | undefined,
): Promise<readonly Submodule[]> {
  const args = ['rev-parse', '--git-common-dir']
  const { exitCode, stdout } = await run({ workspace, args, signal })
  if (exitCode !== 0) return []
  const root = join(resolve(workspace, stdout.trim()), 'modules')
  const found: Submodule[] = []
  const look = async (folder: string, depth: number): Promise<void> => {
    const entries: readonly Dirent[] = await readdir(folder, { withFileTypes: true }).catch(() => [])
    const isGit = entries.some(({ name }) => name === 'HEAD') && entries.some(({ name }) => name === 'config')
    if (isGit) found.push({ name: relative(root, folder).replaceAll('/modules/', '/'), folder })
    // Of a Git folder only the submodules of its own are looked at.
    const next = entries.filter((each) => each.isDirectory() && (!isGit || each.name === 'modules'))
    for (const each of next) {
      if (depth < DEPTH && found.length < MOST_SUBMODULES) await look(join(folder, each.name), depth + 1)
    }
  }
  await look(root, 0)
  return found
}
