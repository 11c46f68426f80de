import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

/** A proxy that opens tunnels, and notes where to. */
export interface ConnectProxy {
  readonly url: string
  /** `host:port` of each tunnel so far. */
  readonly tunnels: readonly string[]
  close(): void
}

export async function startConnectProxy(): Promise<ConnectProxy> {
  const tunnels: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((_request, response) => response.writeHead(400).end())
  server.on('connect', (request, incoming: Socket, head) => {
    tunnels.push(request.url ?? '')
    const { hostname, port } = new URL(`http://${request.url ?? ''}`)
    const outgoing = connect(Number(port), hostname, () => {
      incoming.write('HTTP/1.1 200 Connection established\r\n\r\n')
      outgoing.write(head)
      outgoing.pipe(incoming)
      incoming.pipe(outgoing)
    })
    for (const socket of [incoming, outgoing]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => sockets.delete(socket))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tunnels,
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
