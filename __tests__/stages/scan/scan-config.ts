import type {
  Config,
  Configured,
  DastSettings,
  DependenciesSettings,
  SastSettings,
  ScannerSettings,
} from '../../../src/config/config.ts'
import { off } from '../commands/run-stage.ts'

const base = {
  configured: true,
  source: '.github/stagegate.yml:1',
  critical: true,
  timeoutMs: 120_000,
  failOn: 'high',
} as const
const none = off('nothing found')

export const noScanners: Config['scan'] = {
  sast: none,
  dast: none,
  dependencies: none,
  secrets: none,
  config: none,
  ignore: [],
}

export function sast(more: Partial<ScannerSettings> = {}): Configured<SastSettings> {
  return { ...base, tool: 'semgrep', config: 'rules', ...more }
}

export function dependencies(more: Partial<ScannerSettings> = {}): Configured<DependenciesSettings> {
  return { ...base, tool: 'osv-scanner', ...more }
}

export function dast(port: number, more: Partial<DastSettings> = {}): Configured<DastSettings> {
  return {
    ...base,
    tool: 'schemathesis',
    start: 'exec node server.mjs',
    env: { PORT: String(port) },
    waitFor: `http://127.0.0.1:${port}/healthz`,
    target: 'openapi.json',
    args: ['--max-examples=5', '--seed=1'],
    ...more,
  }
}

const health = { get: { responses: { 200: { description: 'it is up' } } } }
const items = {
  get: {
    parameters: [{ name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1 } }],
    responses: { 200: { description: 'the items' }, 400: { description: 'a bad limit' } },
  },
}

export const openApi = (paths: object): string =>
  JSON.stringify({ openapi: '3.0.3', info: { title: 'shop', version: '1' }, paths })
export const healthApi = openApi({ '/healthz': health })
export const itemsApi = openApi({ '/healthz': health, '/items': items })

/** A service with one route; `/items` crashes on large limits, and ends the process at `/items` when told so. */
export const server = `import { createServer } from 'node:http'
console.log('the service starts')
createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost')
  if (request.method !== 'GET') return response.writeHead(405, { allow: 'GET' }).end()
  if (pathname === '/healthz') return response.writeHead(200).end()
  if (process.env.MORTAL === 'yes') { console.log('the database is gone'); process.exit(3) }
  const limit = searchParams.get('limit')
  response.writeHead(limit !== null && Number(limit) > 100 ? 500 : 200).end()
}).listen(Number(process.env.PORT), '127.0.0.1')
`
