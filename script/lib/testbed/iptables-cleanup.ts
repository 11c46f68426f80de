/** What belongs to the testbed in the tables: chains by the beginning of their name, rules also by interface. */
export interface Belongings {
  readonly chainPrefixes: readonly string[]
  readonly interfaces: readonly string[]
}

/**
 * Decides how to take rules and chains away: from the text of `iptables-save` to the text for `iptables-restore
 * --noflush`, or an empty text when nothing is there. Rules of other owners stay as they are.
 */
export function planIptablesCleanup(saved: string, ours: Belongings): string {
  const isOurs = (chain: string) => ours.chainPrefixes.some((prefix) => chain.startsWith(prefix))
  const planned: string[] = []
  let table = ''
  let chains: string[] = []
  let deletions: string[] = []
  for (const line of saved.split('\n')) {
    if (line.startsWith('*')) {
      table = line
      chains = []
      deletions = []
    } else if (line.startsWith(':')) {
      const chain = line.slice(1).split(' ')[0]!
      if (isOurs(chain)) chains.push(chain)
    } else if (line.startsWith('-A ')) {
      const words = line.split(' ')
      const target = words[words.findIndex((word) => word === '-j' || word === '-g') + 1] ?? ''
      const ofInterface = words.some(
        (word, index) => ['-i', '-o'].includes(words[index - 1] ?? '') && ours.interfaces.includes(word),
      )
      if (!isOurs(words[1]!) && (isOurs(target) || ofInterface)) deletions.push(line.replace('-A ', '-D '))
    } else if (line === 'COMMIT' && chains.length + deletions.length > 0) {
      // All chains are emptied before the first is deleted: they point at each other.
      const emptied = chains.map((chain) => `-F ${chain}`)
      const removed = chains.map((chain) => `-X ${chain}`)
      planned.push(table, ...deletions, ...emptied, ...removed, 'COMMIT')
    }
  }
  return planned.length === 0 ? '' : `${planned.join('\n')}\n`
}
