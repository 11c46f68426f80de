import { createServer } from 'node:http'

import { afterEach, describe, expect, it } from 'vitest'

import { freePort } from '../../free-port.ts'
import type { DastSettings } from '../../../src/config/config.ts'
import type { StepContext } from '../../../src/pipeline/index.ts'
import { startService } from '../../../src/stages/scan/schemathesis/start-service.ts'
import { Workshop } from '../commands/run-stage.ts'
import { dast, server } from './scan-config.ts'

let workshop: Workshop

afterEach(async () => {
  expect(await workshop.systems.processes.survivors()).toEqual([])
  await workshop.dispose()
})

async function start(port: number, more: Partial<DastSettings>, signal = new AbortController().signal) {
  workshop = await Workshop.open({ 'server.mjs': server })
  const log = { info: () => undefined, warn: () => undefined, child: () => undefined }
  const step: StepContext = { signal, log, fact: () => undefined, keep: () => undefined }
  return startService(dast(port, more) as DastSettings, workshop.workspace, workshop.systems, step)
}

describe('The service to be scanned', () => {
  it('is waited for until it answers, and ended with all that it started', async () => {
    const port = await freePort()
    const service = await start(port, { start: 'sleep 300 & sleep 0.5; node server.mjs' })
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)
    expect(service.lastLines()).toEqual(['the service starts'])
    await service.end()
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow()
  })

  it('that ends before it answers is a failure, with its last words', async () => {
    const failed = start(await freePort(), { start: 'echo no configuration >&2; exit 4' })
    await expect(failed).rejects.toMatchObject({
      code: 'E_SCAN_TARGET',
      message: '`echo no configuration >&2; exit 4` ended with exit code 4.',
      evidence: ['no configuration'],
    })
  })

  it('is not started where something else answers already, which would be scanned in its place', async () => {
    const other = createServer((_, response) => response.end())
    const port = await freePort()
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve))
    try {
      await expect(start(port, {})).rejects.toMatchObject({
        code: 'E_SCAN_TARGET',
        message: expect.stringContaining('Something answers at') as unknown,
      })
    } finally {
      other.close()
    }
  })

  it('is ended when the run is cancelled while it is waited for', async () => {
    const controller = new AbortController()
    const waiting = start(await freePort(), { start: 'sleep 300' }, controller.signal)
    setTimeout(() => {
      controller.abort(new Error('cancelled'))
    }, 400)
    await expect(waiting).rejects.toThrow('cancelled')
  })
})
