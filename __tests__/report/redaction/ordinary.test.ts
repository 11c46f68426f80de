import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findOrdinary, findPlain, looksRandom } from '../../../src/report/redaction/ordinary.ts'
import { isSecretName } from '../../../src/report/redaction/secret-name.ts'

/** What configurations of other people keep: .NET, Spring, Node, Django, Rails. */
const words = `Production Information localhost postgres https PostgreSQL MySQL UTC
  Europe/Berlin en_US.UTF-8 eu-central-1 application/json SHA-256 READ_COMMITTED my-app node_modules redis
  org.hibernate.dialect.PostgreSQLDialect amqp smtp.gmail.com openid`.split(/\s+/)
const numbers = '5432 -1 0.75 30s 512Mi 1.2.3 v17.2 1234567 80% 250ms'.split(' ')
const addresses = `10.0.0.5 10.0.0.0/8 ::1 [::1]:80 http://localhost:8080 https://api.example.com/v1
  jdbc:postgresql://db:5432/app jdbc:mysql://db:3306/app?useSSL=false redis://cache:6379/0 db01.internal:5432
  admin@example.com *.example.com /etc/ssl/certs/ca.pem ./data localhost,127.0.0.1,.svc
  kafka-1.svc:9092,kafka-2.svc:9092`.split(/\s+/)

describe('an ordinary value', () => {
  it.each(words)('%s is a word', (text) => {
    expect(['a word', 'a word of our own']).toContain(findOrdinary(text))
  })
  it.each(numbers)('%s is a short number, whatever its name is', (text) => {
    expect(findPlain(text)).toBe('a short number')
  })
  it.each(addresses)('%s is an address', (text) => {
    expect(findOrdinary(text)).toBe('an address')
    expect(findPlain(text)).toBeUndefined()
  })
  it.each(['staging', 'Success', 'info', 'TRUE', 'deploy'])('%s is a word of our own', (text) => {
    expect(findPlain(text)).toBe('a word of our own')
  })
  it('is every number of fewer than 8 digits, and none of 8', () => {
    fc.assert(
      fc.property(fc.integer({ min: -9_999_999, max: 9_999_999 }), (number) => {
        expect(findPlain(String(number))).toBe('a short number')
      }),
    )
    expect(findOrdinary('12345678')).toBeUndefined()
  })
})

describe('what is hidden', () => {
  it.each([
    'hunter22',
    'Passw0rd',
    'correct horse',
    'correct-horse-battery-staple',
    'Zq8vN2kLw5Xr7TbJ4mHc',
    'xkqzjvwpbtrsdfgh',
    'AKIAIOSFODNN7EXAMPLE',
    'postgres://app:p4ss@db/app',
    'postgres://app:sunshine@db/app',
    'amqp://guest:guest@rabbit:5672',
    'admin:sunshine',
    'admin:sunshine@example.com',
    'https://hooks.example.com/services/T00000000/B00000000/XyZ12abCdeFgh',
    'jdbc:mysql://db/app?user=app&password=sunshine',
    'https://app.example.com/?token=sunshine',
    '-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----',
  ])('is %j, whatever its name is', (text) => {
    expect(findOrdinary(text)).toBeUndefined()
  })

  it('is what a generator of passwords or tokens gives', () => {
    const tokens = fc
      .stringMatching(/^[A-Za-z0-9]{16,64}$/)
      .filter((token) => /\d/.test(token) && /[a-z]/.test(token))
    fc.assert(
      fc.property(tokens, (token) => {
        expect(findOrdinary(token)).toBeUndefined()
      }),
    )
  })

  it('is found in linear time, whatever the value is', () => {
    for (const unit of ['a', '-', '.', 'a.', '1', '/', 'aA', ',', '@', 'https://'])
      expect(findOrdinary(unit.repeat(1_000_000))).toBeUndefined()
  })
})

describe('a random text', () => {
  it.each(['Zq8vN2kLw5Xr7TbJ4mHc', 'pr-8f3a9c1d7b2e', 'https://u:Zq8vN2kL@staging.example.com'])(
    '%s is one that nobody writes by hand',
    (text) => {
      expect(looksRandom(text)).toBe(true)
    },
  )
  it.each(['ai-gen-service', 'hunter22', 'Staging Deployment', 'http://db01.internal:5432', 'acme/ai-gen'])(
    '%s is none',
    (text) => {
      expect(looksRandom(text)).toBe(false)
    },
  )
})

describe('a name that says secret', () => {
  it.each(
    `DB_PASSWORD dbPassword PGPASSWORD spring.datasource.password API_KEY apiKey key x-api-key encryption_keys
    signing-key-2 JWT_SECRET client_secret SECRET_ACCESS_KEY AUTH SENTRY_DSN PIN db_pw username PGUSER kennwort`.split(
      /\s+/,
    ),
  )('is %s', (name) => {
    expect(isSecretName(name, 'secret/app')).toBe(true)
  })
  it.each(
    `LOG_LEVEL PORT HOST ASPNETCORE_ENVIRONMENT TOKEN_URL PASSWORD_MIN_LENGTH SECRET_NAME JWT_ISSUER AUTH_URL
    ACCESS_KEY_ID KEY_17 MONKEY COMPASS KEYCLOAK_REALM`.split(/\s+/),
  )('is not %s', (name) => {
    expect(isSecretName(name, 'secret/app')).toBe(false)
  })
  it('is that of the path where the key says nothing', () => {
    expect(isSecretName('value', 'secret/staging/db-password')).toBe(true)
    expect(isSecretName('value', 'secret/staging/config')).toBe(false)
  })
})
