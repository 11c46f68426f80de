import { connect, createServer } from 'node:net'
import { tryCommand } from './command.ts'
import { TestbedFailure } from './failure.ts'

/**
 * Throws when somebody listens on an address already, and names the process where the kernel tells.
 * @param address host and port, `127.0.0.1:5000`
 */
export async function expectFree(address: string, wantedBy: string): Promise<void> {
  const [host, port] = address.split(':') as [string, string]
  const problem = await tryToListen(host, Number(port))
  if (problem === undefined) return
  if (problem !== 'EADDRINUSE')
    throw new TestbedFailure(`${wantedBy} cannot listen on ${address}: ${problem}`)
  const listeners = await tryCommand(['ss', '-Hltnp', 'sport', '=', `:${port}`]).catch(() => undefined)
  throw new TestbedFailure(`${wantedBy} needs ${address}, and another process listens there`, {
    evidence: listeners?.stdout.trim() ?? '',
    next: 'end that process, or run the testbed on another machine',
  })
}

function tryToListen(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.on('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? error.message)
    })
    server.listen({ host, port, exclusive: true }, () => {
      server.close(() => {
        resolve(undefined)
      })
    })
  })
}

/** True when somebody accepts a TCP connection at an address (`127.0.0.1:5000`) within a second. */
export function accepts(address: string): Promise<boolean> {
  const [host, port] = address.split(':') as [string, string]
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port), timeout: 1000 })
    const settle = (accepted: boolean) => {
      socket.destroy()
      resolve(accepted)
    }
    socket.once('connect', () => {
      settle(true)
    })
    socket.once('timeout', () => {
      settle(false)
    })
    socket.once('error', () => {
      settle(false)
    })
  })
}
