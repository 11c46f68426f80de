import { connect, createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'

/** A way to a server that can be cut and opened again, as when the server is started anew. */
export interface TcpProxy {
  readonly port: number
  /** Resets every connection and refuses new ones. */
  cut(): Promise<void>
  open(): Promise<void>
  close(): Promise<void>
}

export async function startTcpProxy(target: URL): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  let port = 0
  let server: Server | undefined

  async function open(): Promise<void> {
    const listening = createServer((incoming) => {
      const outgoing = connect(Number(target.port), target.hostname)
      for (const [one, other] of [
        [incoming, outgoing],
        [outgoing, incoming],
      ] as const) {
        sockets.add(one)
        one.on('error', () => other.destroy())
        one.on('close', () => {
          sockets.delete(one)
          other.destroy()
        })
        one.pipe(other)
      }
    })
    await new Promise<void>((resolve) => listening.listen(port, '127.0.0.1', resolve))
    port = (listening.address() as AddressInfo).port
    server = listening
  }

  async function cut(): Promise<void> {
    const closed = new Promise((resolve) => server?.close(resolve))
    for (const socket of sockets) socket.resetAndDestroy()
    await closed
  }

  await open()
  return { port, cut, open, close: cut }
}
