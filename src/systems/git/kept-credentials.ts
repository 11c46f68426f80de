import type { RunGit } from './git-command.ts'

/**
 * Settings of a checkout that hold a credential, or lead to one: their names, without any value. `actions/checkout` leaves
 * `http.<server>.extraheader` or `core.sshCommand`, since version 6 in a file of its own that the checkout includes, unless
 * it is told `persist-credentials: false`.
 */
export async function findKeptCredentials(
  run: RunGit,
  workspace: string,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const pattern = String.raw`^(http\..*extraheader|core\.sshcommand|remote\..*\.url)$`
  const args = ['config', '--local', '--includes', '--null', '--get-regexp', pattern]
  // Without a match it ends with 1.
  const { stdout } = await run({ workspace, args, signal })
  const names = stdout.split('\0').flatMap((entry) => {
    const at = entry.indexOf('\n')
    const name = entry.slice(0, at)
    const value = entry.slice(at + 1)
    if (name.endsWith('.extraheader') && !/^\s*authorization:/i.test(value)) return []
    if (name.endsWith('.url') && !/^https?:\/\/[^/@]+@/i.test(value)) return []
    return name === '' ? [] : [name]
  })
  return [...new Set(names)].toSorted()
}
