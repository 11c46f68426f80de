import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readTestbed } from '../../../script/lib/testbed/description.ts'
import { judgeSecret } from '../../../src/report/redaction/judge-secret.ts'
import { createPublicTexts } from '../../../src/report/redaction/public-texts.ts'
import { createRedactor } from '../../../src/report/redaction/redactor.ts'
import { systemClock } from '../../../src/systems/clock/clock.ts'
import { createHttp } from '../../../src/systems/http/create-http.ts'
import { createSecrets } from '../../../src/systems/runner/secrets.ts'
import { closeRuns, openRuns, outcomes, runWith } from '../../main/value-runs.ts'
import { createVault } from '../../../src/systems/vault/create-vault.ts'

const { url, authority, rootToken } = readTestbed().vault
const tls = { ca: readFileSync(authority, 'utf8') }
const http = createHttp({ clock: systemClock, userAgent: 'test', env: {} })
const signal = new AbortController().signal
const path = 'secret/staging/ordinary-values'

/** As a team keeps its settings: beside the password what everybody knows. */
const ordinary = {
  ...{ ENVIRONMENT: 'staging', LOG_LEVEL: 'info', PORT: '5432', HOST: 'localhost', NAME: 'ai-gen-service' },
  ...{ PROTO: 'https', ASPNETCORE_ENVIRONMENT: 'Staging', FEATURE: true, WORKERS: 4 },
  ...Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`LIMIT_${index}`, 1024 + index * 911])),
}
const secret = { DB_PASSWORD: 'hunter22-beside-them', REGION: 'eu-central-1-and-more-4711' }

async function write(data: object): Promise<void> {
  const answer = await http.send({
    system: 'vault',
    method: 'POST',
    url: `${url}/v1/${path.replace('/', '/data/')}`,
    headers: { 'x-vault-token': rootToken },
    tls,
    body: JSON.stringify({ data }),
    signal,
  })
  expect(answer.status).toBe(200)
}

beforeAll(async () => {
  await write({ ...ordinary, ...secret })
  await openRuns()
})
afterAll(async () => {
  http.close()
  await closeRuns()
})

test('of a path of a real Vault the password alone is hidden, and which keys are not is known with it', async () => {
  const masks: string[] = []
  const redactor = createRedactor()
  const known = createPublicTexts((text) => {
    redactor.protect(text)
  })
  known.add(['Staging Deployment', 'localhost:5000/acme/ai-gen-service'])
  const secrets = createSecrets(redactor, { mask: (value) => masks.push(value) }, (value, origin) =>
    judgeSecret(value, origin, known),
  )
  const vault = createVault({
    ...{ http, url, namespace: undefined, tls, secrets },
    auth: { method: 'token', token: rootToken },
  })
  const session = await vault.open(signal)
  const publicKeys = new Map([[path, new Set(['REGION'])]])
  const [read, again] = await session.read([path, path], signal, publicKeys)
  expect(await session.close(signal)).toEqual({ revoked: true })

  expect(again).toBe(read)
  expect(read?.values).toEqual(
    Object.fromEntries(
      Object.entries({ ...ordinary, ...secret }).map(([key, value]) => [key, String(value)]),
    ),
  )
  expect(read?.notHidden?.map(({ key }) => key).toSorted()).toEqual(Object.keys(ordinary).toSorted())
  expect(read?.warnings).toBeUndefined()
  expect(masks).toEqual([rootToken, secret.DB_PASSWORD])
  const text = Object.values(ordinary).join(' ')
  expect(redactor.redact(`${text} ${secret.REGION} ${secret.DB_PASSWORD}`)).toBe(
    `${text} ${secret.REGION} ***`,
  )
})

test.each(Object.entries(outcomes))(
  'a run that reads it and ends in %s leaves what one without it leaves, to the byte',
  async (_, stages) => {
    const plain = await runWith(() => undefined, stages)
    const run = await runWith(async ({ secrets }) => {
      const auth = { method: 'token', token: rootToken } as const
      const vault = createVault({ http, url, namespace: undefined, tls, secrets, auth })
      const session = await vault.open(signal)
      await session.read([path], signal)
      await session.close(signal)
    }, stages)
    expect(run.written).toEqual(plain.written)
    expect(run.redact(`login with ${secret.DB_PASSWORD}`)).toBe('login with ***')
  },
)
