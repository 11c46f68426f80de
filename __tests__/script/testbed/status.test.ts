import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { partNames } from '../../../script/lib/testbed/parts/all.ts'
import { readIdentity } from '../../../script/lib/testbed/process-identity.ts'
import type { ProcessRecord } from '../../../script/lib/testbed/processes.ts'
import { readProcessStates, renderStatus } from '../../../script/lib/testbed/status.ts'

const running: ProcessRecord = {
  name: 'registry',
  part: 'registry',
  identity: readIdentity(process.pid)!,
  fingerprint: '',
  log: '/state/log/registry.log',
  stopSignal: 'SIGTERM',
  answersAt: [],
}
const described = { registry: { address: 'localhost:5000', username: 'staging', password: '' } }

async function lineOf(record: ProcessRecord): Promise<string | undefined> {
  const { text } = renderStatus(described, await readProcessStates([record]))
  return text.split('\n').find((line) => line.startsWith(record.part))
}

describe('the status', () => {
  it('says that nothing is up where nothing is described', () => {
    const status = renderStatus({}, [])
    expect(status.allUp).toBe(false)
    expect(status.text.split('\n')).toHaveLength(partNames.length)
    expect(status.text).toMatch(/^kubernetes +down/m)
  })

  it('calls a part broken when one of its processes has ended', async () => {
    const ended = { ...running, identity: { pid: process.pid, startTime: 1, bootId: 'another' } }
    expect(await lineOf(ended)).toMatch(/ broken .*registry has ended, see \/state\/log\/registry\.log$/)
  })

  it('calls a part up while its process answers, and broken when it runs and does not answer', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`
    const record = { ...running, answersAt: [address] }
    expect(await lineOf(record)).toMatch(/ up .*registry \(\d+\)$/)
    server.close()
    await once(server, 'close')
    expect(await lineOf(record)).toMatch(/ broken .*registry does not answer at 127\.0\.0\.1:\d+$/)
  })
})
