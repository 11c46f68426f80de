import { describe, expect, it } from 'vitest'
import { judgeSecret } from '../../../src/report/redaction/judge-secret.ts'
import { createPublicTexts } from '../../../src/report/redaction/public-texts.ts'
import { createRedactor } from '../../../src/report/redaction/redactor.ts'
import { planEnvironment } from '../../../src/systems/runner/child-environment.ts'
import { createSecrets } from '../../../src/systems/runner/secrets.ts'

/** The real redactor and the real rules; what the runner was told to hide, and what was said. */
function createSubject(...publicTexts: readonly string[]) {
  const masks: string[] = []
  const said: string[] = []
  const redactor = createRedactor()
  const known = createPublicTexts((text) => {
    redactor.protect(text)
  })
  known.add(publicTexts)
  const secrets = createSecrets(redactor, { mask: (value) => masks.push(value) }, (value, origin) =>
    judgeSecret(value, origin, known),
  )
  const add = (key: string, value: string) => {
    secrets.add(value, {
      place: 'secret/app',
      key,
      onShown: (why) => said.push(`${key}: ${why}`),
      onWarning: (text) => said.push(`! ${text}`),
    })
  }
  return { masks, said, redactor, add }
}

describe('secrets of a path', () => {
  it('leave ordinary values alone, in the log, for the runner and for children', () => {
    const { add, masks, said, redactor } = createSubject()
    for (const [key, value] of Object.entries({
      ...{ ENVIRONMENT: 'staging', LOG_LEVEL: 'info', PORT: '5432', HOST: 'localhost', PROTO: 'https' },
      ...{ PROXY: 'http', PASSWORD: 'hunter22' },
    }))
      add(key, value)
    expect(masks).toEqual(['hunter22'])
    expect(said).toHaveLength(6)
    const text = 'https://localhost:5432 is staging (info)'
    expect(redactor.redact(`${text}, hunter22`)).toBe(`${text}, ***`)
    const kept = {
      ANSIBLE_HOST: 'localhost',
      HTTPS_PROXY: 'http://proxy.internal:3128',
      REQUESTS_CA_BUNDLE: '/etc/ssl/localhost.pem',
    }
    const holdsSecret = (value: string) => redactor.holdsSecret(value)
    expect(planEnvironment({ ...kept, COPY_OF_PASSWORD: 'hunter22' }, holdsSecret)).toEqual(kept)
  })

  it('tell the runner nothing that is part of an output: it would drop the output', () => {
    const image = 'registry.example.com/acme/postgres-proxy@sha256:0123'
    const { add, masks, said, redactor } = createSubject(image)
    add('DB_PASSWORD', 'postgres')
    expect(masks).toEqual([])
    expect(said).toEqual([expect.stringMatching(/^! DB_PASSWORD of secret\/app is part of a name/)])
    expect(redactor.redact(`pull ${image} as postgres`)).toBe(`pull ${image} as ***`)
  })

  it('tell the runner the lines of a value that are secret, each on its own', () => {
    const { add, masks } = createSubject()
    add('settings', 'debug\nlevel: 3\nhunter22-and-more\n5432')
    expect(masks).toEqual(['level: 3', 'hunter22-and-more'])
  })
})
