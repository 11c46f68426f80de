import { describe, expect, it } from 'vitest'
import { judgeSecret } from '../../../src/report/redaction/judge-secret.ts'
import { leaveOutParts } from '../../../src/report/redaction/leave-out-parts.ts'
import { createPublicTexts } from '../../../src/report/redaction/public-texts.ts'
import { createRedactor } from '../../../src/report/redaction/redactor.ts'
import { createSecrets } from '../../../src/systems/runner/secrets.ts'

const known = createPublicTexts(() => undefined)
known.add(['https://Zq8vN2kLw5Xr7TbJ4mHc.example.com'])

/** The redactor after a value of a path was registered. */
function redactorOf(key: string, value: string) {
  const redactor = createRedactor()
  const secrets = createSecrets(
    redactor,
    { mask: () => undefined },
    (each, origin) => judgeSecret(each, origin, known),
    (each, origin) => leaveOutParts(each, origin, known),
  )
  const ignore = (): void => undefined
  secrets.add(value, { place: 'secret/app', key, onShown: ignore, onWarning: ignore })
  return redactor
}

const settings = {
  ...{
    host: 'localhost',
    port: '5432',
    level: 'info',
    url: 'https://api.example.com/v1',
    region: 'eu-central-1',
  },
  ...{ user: 'app-writer', password: 'hunter22', nested: { api_token: 'sunshine', hosts: ['db.internal'] } },
}
const ordinary = 'localhost 5432 info https://api.example.com/v1 eu-central-1 db.internal'

describe('a structured value', () => {
  it.each([
    ['JSON', JSON.stringify(settings)],
    ['JSON of many lines', JSON.stringify(settings, null, 2)],
    [
      'settings',
      'HOST=localhost\nPORT=5432\n# comment\n\nLEVEL="info"\nURL=https://api.example.com/v1\nREGION=eu-central-1\nAPI_TOKEN=sunshine\nPASSWORD=hunter22\nDB=db.internal\nDB_USER=app-writer',
    ],
  ])('of %s hides what its names call secret, and leaves what is ordinary', (_, value) => {
    const redactor = redactorOf('config', value)
    expect(redactor.redact(`${ordinary} hunter22 sunshine app-writer`)).toBe(`${ordinary} *** *** ***`)
    expect(redactor.redact(value)).not.toMatch(/hunter22|sunshine/)
  })

  it('hides a word that is ordinary in one place and secret in another', () => {
    const redactor = redactorOf('config', JSON.stringify({ host: 'postgres', password: 'postgres' }))
    expect(redactor.redact('login as postgres')).toBe('login as ***')
  })

  it('hides its lines but for short numbers and our own words', () => {
    const redactor = redactorOf('notes', 'sunshine-1\n5432\ninfo\nhunter22')
    expect(redactor.redact('5432 info sunshine-1 hunter22')).toBe('5432 info *** ***')
  })

  it('ends the run where a public text tells one of its tokens to everybody', () => {
    expect(() => redactorOf('config', '{"api":{"token":"Zq8vN2kLw5Xr7TbJ4mHc"}}')).toThrow(
      expect.objectContaining({
        code: 'E_SECRET_PUBLIC',
        message: expect.stringContaining('token of secret/app') as string,
      }),
    )
  })
})
