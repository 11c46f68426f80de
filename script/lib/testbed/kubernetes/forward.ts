import { connect, createServer, type Socket } from 'node:net'
import { pipeline } from 'node:stream'

/**
 * A program: passes TCP connections on, `node forward.ts 10.98.0.1:5000 127.0.0.1:5000`. A container reaches the first
 * address and not the second.
 */
const [from, to] = process.argv.slice(2).map((address) => {
  const [host, port] = address.split(':') as [string, string]
  return { host, port: Number(port) }
})
if (from === undefined || to === undefined) throw new Error('usage: forward.ts FROM:PORT TO:PORT')

createServer((incoming: Socket) => {
  const outgoing = connect(to)
  // A connection that breaks on one side is closed on the other; there is nobody to tell.
  pipeline(incoming, outgoing, () => undefined)
  pipeline(outgoing, incoming, () => undefined)
}).listen(from)
