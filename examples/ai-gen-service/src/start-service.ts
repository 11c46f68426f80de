import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Configuration } from './configuration.ts'
import { readContentPolicy } from './generation/content-policy.ts'
import { application } from './http/application.ts'
import type { Log } from './log.ts'
import { openStore } from './store/open-store.ts'
import { version } from './version.ts'

export interface RunningService {
  /** The port that it listens on. */
  readonly port: number
  /** Answers what has arrived, then closes every connection; what is not answered after 8 s is cut off. */
  stop(): Promise<void>
}

const drainMilliseconds = 8_000

/**
 * Starts the service; it listens when the promise resolves. The database need not answer yet.
 *
 * @throws Error when the policy file cannot be read or the port is taken
 */
export async function startService(configuration: Configuration, log: Log): Promise<RunningService> {
  const { apiToken, commit, host, policyFile } = configuration
  const policy = policyFile === undefined ? undefined : readContentPolicy(policyFile)
  const store = openStore(configuration.store, (error) => {
    log('error', 'an idle database connection was lost', { error: error.message })
  })
  const server = createServer(
    { requestTimeout: 10_000, headersTimeout: 5_000 },
    application({ store, policy, apiToken, version, commit }, log),
  )
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(configuration.port, host, resolve)
  })
  const { port } = server.address() as AddressInfo
  log('info', 'listening', { host, port, version, commit, store: configuration.store.kind })

  return {
    port,
    async stop() {
      const cutOff = setTimeout(() => {
        server.closeAllConnections()
      }, drainMilliseconds)
      // close() also ends idle keep-alive connections.
      await new Promise((resolve) => server.close(resolve))
      clearTimeout(cutOff)
      await store.close()
      log('info', 'stopped')
    },
  }
}
