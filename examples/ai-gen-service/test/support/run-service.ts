import type { Configuration } from '../../src/configuration.ts'
import { startService, type RunningService } from '../../src/start-service.ts'

export interface ServiceUnderTest extends RunningService {
  /** Requests a path of the service. */
  get(path: string, headers?: Record<string, string>): Promise<Response>
  /** Posts a JSON value to a path of the service. */
  post(path: string, value: unknown, headers?: Record<string, string>): Promise<Response>
  /** `http://127.0.0.1:port` */
  readonly url: string
}

/** Starts the real service on a free port of loopback; the caller stops it. */
export async function runService(configuration: Partial<Configuration>): Promise<ServiceUnderTest> {
  const service = await startService(
    {
      port: 0,
      host: '127.0.0.1',
      store: { kind: 'memory' },
      apiToken: undefined,
      policyFile: undefined,
      commit: undefined,
      ...configuration,
    },
    () => undefined,
  )
  const url = `http://127.0.0.1:${service.port}`
  return {
    ...service,
    url,
    get: (path, headers = {}) => fetch(url + path, { headers }),
    post: (path, value, headers = {}) =>
      fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(value),
      }),
  }
}
