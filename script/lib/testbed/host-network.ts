import { tryCommand } from './command.ts'
import { findProgram } from './debian-packages.ts'
import { planIptablesCleanup, type Belongings } from './iptables-cleanup.ts'

/** Takes our chains and rules out of the machine's tables, for both versions of IP. */
export async function removeIptables(ours: Belongings): Promise<void> {
  if (findProgram('iptables') === undefined) return
  for (const version of ['iptables', 'ip6tables']) {
    const saved = await tryCommand([`${version}-save`])
    const plan = saved.exitCode === 0 ? planIptablesCleanup(saved.stdout, ours) : ''
    if (plan !== '') await tryCommand([`${version}-restore`, '--noflush'], { input: plan })
  }
}
