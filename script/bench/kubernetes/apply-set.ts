/**
 * One measured run in a process of its own, so that none profits from what another has warmed up:
 *
 *     node apply-set.js floor <access> <namespace> <count>
 *     node apply-set.js ours <access> <namespace> <folder of manifests>
 *
 * The access is a file of JSON, an `Access`. Ours begins with the files, as a run does; the floor has its objects in memory. Prints one line of JSON, a `Measured`.
 */
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { tmpdir } from 'node:os'

import { settleConcurrently } from '../../../src/systems/kubernetes/concurrency.ts'
import { boundYoungGeneration } from '../../../src/main/bound-young-generation.ts'
import { systemClock } from '../../../src/systems/clock/clock.ts'
import { createHttp } from '../../../src/systems/http/create-http.ts'
import type { Http } from '../../../src/systems/http/http.ts'
import { createApiClient } from '../../../src/systems/kubernetes/client/api-client.ts'
import { createConnections } from '../../../src/systems/kubernetes/client/connection.ts'
import type { KubernetesObject } from '../../../src/systems/kubernetes/kubernetes-object.ts'
import { createCluster } from '../../../src/systems/kubernetes/create-cluster.ts'
import { readManifests } from '../../../src/systems/kubernetes/manifests/read-manifests.ts'
import { createFiles } from '../../../src/systems/runner/node-files.ts'
import { createProcesses } from '../../../src/systems/runner/spawn-processes.ts'
import { makeObjects, pathOf } from './objects.ts'

/** A cluster as the action reaches it by default: with a token. */
export interface Access {
  readonly server: string
  readonly caCertificate: string
  readonly token: string
}

export interface Measured {
  /** Reading included. */
  readonly milliseconds: number
  /** Of these, for reading and checking the files. */
  readonly readMilliseconds: number
  /** Largest resident set of the whole process, in megabytes. */
  readonly megabytes: number
  /** By what was asked: `PATCH dry run`, `PATCH`, `GET`, `discovery`. */
  readonly requests: Readonly<Record<string, number>>
  readonly changes: Readonly<Record<string, number>>
}

// As the action does.
boundYoungGeneration()
const [mode = '', accessPath = '', namespace = '', what = ''] = process.argv.slice(2)
const { signal } = new AbortController()
const access = JSON.parse(readFileSync(accessPath, 'utf8')) as Access
const requests: Record<string, number> = {}
const changes: Record<string, number> = {}
let readMilliseconds = 0
const started = performance.now()
await (mode === 'floor' ? applyRaw(makeObjects(Number(what), namespace)) : applyOurs())
const milliseconds = Math.round(performance.now() - started)
const megabytes = Math.round(process.resourceUsage().maxRSS / 1024)
console.log(
  JSON.stringify({ milliseconds, readMilliseconds, megabytes, requests, changes } satisfies Measured),
)

function connections(): ReturnType<typeof createConnections> {
  const { server, caCertificate, token } = access
  const credentials = { kind: 'oidc', server, caCertificate, audience: 'bench' } as const
  return createConnections(credentials, () => Promise.resolve(token), systemClock)
}

/** The least that can be done: each object sent once, 16 at a time, nothing asked before and nothing looked at. */
async function applyRaw(objects: readonly KubernetesObject[]): Promise<void> {
  const { server, tls, headers } = await connections().current(signal)
  const agent = new Agent({ keepAlive: true, maxSockets: 16, ...tls })
  const settled = await settleConcurrently(
    objects,
    (object) =>
      new Promise<void>((resolve, reject) => {
        const url = `${server}${pathOf(object)}?fieldManager=floor`
        const contentType = { 'content-type': 'application/apply-patch+yaml' }
        const sent = request(url, { method: 'PATCH', agent, headers: { ...headers, ...contentType } })
        sent.once('error', reject)
        sent.once('response', (answer) => {
          countRequest('PATCH')
          answer.resume().once('end', () => {
            if ((answer.statusCode ?? 500) < 300) resolve()
            else reject(new Error(`status ${answer.statusCode ?? 0}`))
          })
        })
        sent.end(JSON.stringify(object))
      }),
    16,
  )
  agent.destroy()
  const failed = settled.find((each) => each.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

async function applyOurs(): Promise<void> {
  const http = createHttp({ clock: systemClock, userAgent: 'stagegate-bench', env: process.env })
  const cluster = createCluster(createApiClient(counted(http), connections()), systemClock)
  const processes = createProcesses({
    clock: systemClock,
    env: {},
    holdsSecret: () => false,
    runMark: 'bench',
  })
  const { manifests } = await readManifests({
    request: {
      root: what,
      sources: [{ kind: 'path', path: '.' }],
      namespace,
      release: 'bench',
      allow: { namespaces: undefined, kinds: undefined },
      ageKeys: [],
      encrypted: 'refuse',
      cluster,
      signal,
    },
    files: createFiles({ temporary: tmpdir() }),
    processes,
    secrets: { add: () => undefined },
  })
  readMilliseconds = Math.round(performance.now() - started)
  const applied = await cluster.apply(manifests, {
    namespace,
    dryRun: false,
    signal,
    onApplied: () => undefined,
  })
  for (const { change } of applied) changes[change] = (changes[change] ?? 0) + 1
  http.close()
}

function counted(http: Http): Http {
  return {
    ...http,
    send(sent) {
      const { pathname, searchParams } = new URL(sent.url)
      const isDiscovery = pathname === '/api' || pathname === '/apis'
      countRequest(
        isDiscovery ? 'discovery' : `${sent.method}${searchParams.has('dryRun') ? ' dry run' : ''}`,
      )
      return http.send(sent)
    },
  }
}

function countRequest(what: string): void {
  requests[what] = (requests[what] ?? 0) + 1
}
