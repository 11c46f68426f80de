import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { startOidcIssuer } from './issuer.ts'

/**
 * `node serve.ts --port N [--host 127.0.0.1] --cert F --key F [--issuer https://127.0.0.1:N] [--signing-key F]`:
 * one JSON line when ready, ends on SIGTERM.
 */
const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    host: { type: 'string' },
    cert: { type: 'string' },
    key: { type: 'string' },
    issuer: { type: 'string' },
    'signing-key': { type: 'string' },
  },
})
if (values.cert === undefined || values.key === undefined) throw new Error('--cert and --key are needed')

const issuer = await startOidcIssuer({
  port: Number(values.port ?? 0),
  tls: { cert: readFileSync(values.cert), key: readFileSync(values.key) },
  ...(values.host !== undefined && { host: values.host }),
  ...(values.issuer !== undefined && { issuer: values.issuer }),
  ...(values['signing-key'] !== undefined && { signingKeyFile: values['signing-key'] }),
})
process.stdout.write(
  `${JSON.stringify({ ready: true, url: issuer.url, issuer: issuer.issuer, pid: process.pid })}\n`,
)

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void issuer.close())
