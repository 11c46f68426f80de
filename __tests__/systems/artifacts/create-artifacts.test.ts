import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Artifacts } from '../../../src/systems/artifacts/artifacts.ts'
import { createArtifacts } from '../../../src/systems/artifacts/create-artifacts.ts'
import { createHttp } from '../../../src/systems/http/create-http.ts'
import { createFakeClock } from '../fake-clock.ts'
import { type ArtifactServer, type Disturbance, startArtifactServer } from './artifact-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'stagegate-artifacts-'))
const signal = new AbortController().signal
const content = Buffer.from('{"passed":true}')
const file = {
  name: 'result.json',
  bytes: content.length,
  async *open() {
    yield await Promise.resolve(content)
  },
}
const options = { folder, maxBytes: 1000, allows: () => true, signal }

let server: ArtifactServer
let artifacts: Artifacts
beforeEach(async () => {
  server = await startArtifactServer()
  artifacts = openAs('1')
})
afterEach(() => server[Symbol.asyncDispose]())

function openAs(run: string): Artifacts {
  const clock = createFakeClock()
  const http = createHttp({ clock, userAgent: 'stagegate/test', env: {} })
  let count = 0
  const random = (digits: number): string => (count += 1).toString(16).padStart(digits, '0')
  return createArtifacts({ http, clock, env: server.startJob(run), random })
}

/** Disturbs the first `times` calls of a method. */
function first(times: number, method: string, how: Disturbance): Disturbance {
  let left = times
  return (called, response) => {
    if (called !== method || left === 0) return undefined
    left -= 1
    return how(called, response)
  }
}

const answer =
  (status: number, body: object): Disturbance =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    return 'handled'
  }
const hangUp: Disturbance = (_, response) => {
  response.destroy()
  return 'handled'
}
const calls = (method: string) => server.requests.filter((line) => line.startsWith(`${method} `))

async function roundTrip(): Promise<string> {
  const reference = await artifacts.upload('result', [file], signal)
  const { files } = await artifacts.download(reference, options)
  return Buffer.concat(await Array.fromAsync(files[0]!.open())).toString()
}

describe('an artifact', () => {
  it('goes from one job to another in seven requests', async () => {
    expect(await roundTrip()).toBe(content.toString())
    expect(server.requests.map((line) => line.replace(/ \d+$/, ''))).toEqual([
      'CreateArtifact',
      'blob PUT',
      'blob PUT',
      'FinalizeArtifact',
      'ListArtifacts',
      'GetSignedArtifactURL',
      'blob GET',
    ])
  })

  it.each<readonly [string, string, Disturbance]>([
    ['the service is busy when it is made', 'CreateArtifact', answer(503, {})],
    ['the answer to its making is lost', 'CreateArtifact', () => 'lost'],
    ['the connection breaks when it is made', 'CreateArtifact', hangUp],
    ['its name is taken', 'CreateArtifact', answer(409, { code: 'already_exists' })],
    ['a block is lost', 'blob PUT', hangUp],
    ['the answer to its end is lost', 'FinalizeArtifact', () => 'lost'],
    ['it is not listed yet', 'ListArtifacts', answer(200, { artifacts: [] })],
    ['the list is not to be had', 'ListArtifacts', answer(502, {})],
    ['its address is not to be had', 'GetSignedArtifactURL', hangUp],
    ['its bytes are cut', 'blob GET', hangUp],
  ])('arrives though at first %s', async (_, method, how) => {
    server.disturb(first(1, method, how))
    expect(await roundTrip()).toBe(content.toString())
  })

  it('whose making has no answer is made under another name, and only that one is finished', async () => {
    server.disturb(first(2, 'CreateArtifact', () => 'lost'))
    const { name } = await artifacts.upload('result', [file], signal)
    expect(name).toBe('result-00000003')
    expect([...server.artifacts].map(([each, { finished }]) => [each, finished])).toEqual([
      ['result-00000001', false],
      ['result-00000002', false],
      ['result-00000003', true],
    ])
  })

  it('whose end was refused after a lost answer counts as finished when it is listed', async () => {
    let ends = 0
    server.disturb((method, response) => {
      if (method !== 'FinalizeArtifact') return undefined
      ends += 1
      return ends === 1 ? 'lost' : answer(400, { code: 'failed_precondition' })(method, response)
    })
    expect(await roundTrip()).toBe(content.toString())
  })

  it.each<readonly [string, string, Disturbance, string]>([
    ['the service is down', 'CreateArtifact', answer(503, {}), 'E_ARTIFACT_UNAVAILABLE'],
    ['the job may not', 'CreateArtifact', answer(403, {}), 'E_ARTIFACT_UNAVAILABLE'],
    ['the answer makes no sense', 'CreateArtifact', answer(200, { ok: false }), 'E_ARTIFACT_INVALID'],
    ['its end is refused', 'FinalizeArtifact', answer(400, {}), 'E_ARTIFACT_UNAVAILABLE'],
    ['it is never listed', 'ListArtifacts', answer(200, { artifacts: [] }), 'E_ARTIFACT_MISSING'],
    ['the list is none', 'ListArtifacts', answer(200, { artifacts: {} }), 'E_ARTIFACT_INVALID'],
    ['its bytes are always cut', 'blob GET', hangUp, 'E_ARTIFACT_UNAVAILABLE'],
  ])('is given up with a code when %s', async (_, method, how, code) => {
    server.disturb(first(Infinity, method, how))
    await expect(roundTrip()).rejects.toMatchObject({ code })
  })

  it('is not made again and again where it is refused', async () => {
    server.disturb(first(Infinity, 'CreateArtifact', answer(403, {})))
    await expect(roundTrip()).rejects.toThrow('403')
    expect(calls('CreateArtifact')).toHaveLength(1)
  })

  it('that somebody else has written in its place is refused', async () => {
    const reference = await artifacts.upload('result', [file], signal)
    server.artifacts.get(reference.name)!.content = Buffer.from('another')
    await expect(artifacts.download(reference, options)).rejects.toMatchObject({ code: 'E_ARTIFACT_DIGEST' })
  })

  it('of another run is not found', async () => {
    const reference = await artifacts.upload('result', [file], signal)
    await expect(openAs('2').download(reference, options)).rejects.toMatchObject({
      code: 'E_ARTIFACT_MISSING',
    })
  })

  it('that is larger than is taken is refused', async () => {
    const reference = await artifacts.upload('result', [file], signal)
    await expect(artifacts.download(reference, { ...options, maxBytes: 20 })).rejects.toThrow(
      'more than 20 bytes',
    )
  })

  it('that is too large for one archive is refused before a byte of it is read', async () => {
    const huge = { ...file, bytes: 2 ** 32 }
    await expect(artifacts.upload('image', [huge], signal)).rejects.toMatchObject({
      code: 'E_ARTIFACT_TOO_LARGE',
    })
    expect(server.requests).toEqual([])
  })
})
