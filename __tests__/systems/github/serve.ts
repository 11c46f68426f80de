import { parseArgs } from 'node:util'
import { startGithubServer } from './server.ts'

/** `node serve.ts --port N [--host 127.0.0.1] [--state-file F]`: one JSON line when ready, ends on SIGTERM. */
const { values } = parseArgs({
  options: { port: { type: 'string' }, host: { type: 'string' }, 'state-file': { type: 'string' } },
})

const server = await startGithubServer({
  port: Number(values.port ?? 0),
  ...(values.host !== undefined && { host: values.host }),
  ...(values['state-file'] !== undefined && { stateFile: values['state-file'] }),
})
process.stdout.write(`${JSON.stringify({ ready: true, url: server.url, pid: process.pid })}\n`)

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void server.close())
