import { type AddressInfo, createServer, type Socket } from 'node:net'

/** A server that takes connections and never says a word, not even to begin TLS. */
export interface SilentServer {
  /** https, for what takes nothing else. */
  readonly url: string
  /** How many it has had. */
  connections(): number
  close(): void
}

export async function startSilentServer(): Promise<SilentServer> {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => sockets.length,
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
