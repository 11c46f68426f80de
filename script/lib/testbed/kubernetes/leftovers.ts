import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { tryCommand } from '../command.ts'
import { removeIptables } from '../host-network.ts'
import { unmountBelow } from '../mounts.ts'
import type { PartContext } from '../part.ts'
import { containerdSocket, podBridge } from './node.ts'

/** Ends every container of our containerd, while it still runs to do so. */
export async function endContainers(context: PartContext): Promise<void> {
  const ctr = ['ctr', '--address', containerdSocket(context), '--namespace', 'k8s.io'] as const
  const list = async (what: string) => {
    const found = await tryCommand([...ctr, what, 'list', '--quiet'])
    return found.exitCode === 0 ? found.stdout.split('\n').filter((id) => id !== '') : []
  }
  const tasks = await list('tasks')
  if (tasks.length > 0) await tryCommand([...ctr, 'tasks', 'rm', '--force', ...tasks])
  const containers = await list('containers')
  if (containers.length > 0) await tryCommand([...ctr, 'containers', 'rm', ...containers])
}

/** Takes away what is left of the node when its processes have ended. */
export async function removeLeftovers(context: PartContext): Promise<void> {
  endShims(containerdSocket(context))
  await removeIptables({ chainPrefixes: ['KUBE-', 'CNI-'], interfaces: [podBridge] })
  await tryCommand(['ip', 'link', 'delete', podBridge])
  await unmountBelow(join(context.paths.state, 'kubernetes'))
}

/** A shim outlives its containerd; ours are known by the socket on their command line, which is in our state folder. */
function endShims(socket: string): void {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      if (argv[0]?.includes('containerd-shim') === true && argv.includes(socket))
        process.kill(Number(pid), 'SIGKILL')
    } catch {
      // It has ended meanwhile.
    }
  }
}
