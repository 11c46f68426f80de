import { createHash } from 'node:crypto'
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'

import type { Tls } from './http.ts'

/** A connection that was idle for longer is not used again: a write must not meet one that the server just closed. */
const IDLE_MS = 4000

/** Kept connections, apart for each way of proving who is at the other end. */
export interface Agents {
  of(url: URL, tls: Tls | undefined): HttpAgent
  close(): void
}

/** @param env where HTTPS_PROXY, HTTP_PROXY and NO_PROXY are read from */
export function createAgents(env: Readonly<Record<string, string | undefined>>): Agents {
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy']
  const proxyEnv = Object.fromEntries(names.map((name) => [name, env[name]]))
  const agents = new Map<string, HttpAgent>()
  return {
    of(url, tls) {
      const key = url.protocol === 'http:' ? 'http' : fingerprint(tls)
      let agent = agents.get(key)
      if (agent === undefined) {
        const options = { keepAlive: true, timeout: IDLE_MS, scheduling: 'lifo', proxyEnv } as const
        agent =
          url.protocol === 'http:'
            ? new HttpAgent(options)
            : new HttpsAgent({ ...options, ...tlsOptions(tls) })
        agents.set(key, agent)
      }
      return agent
    },
    close() {
      for (const agent of agents.values()) agent.destroy()
      agents.clear()
    },
  }
}

function tlsOptions(tls: Tls = {}): Record<string, string | boolean> {
  return {
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls.key === undefined ? {} : { key: tls.key }),
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
    ...(tls.rejectUnauthorized === undefined ? {} : { rejectUnauthorized: tls.rejectUnauthorized }),
  }
}

function fingerprint(tls: Tls = {}): string {
  const parts = [tls.ca, tls.cert, tls.key, tls.serverName, tls.rejectUnauthorized]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
