import { describe, expect, it } from 'vitest'
import { StagegateError } from '../../../src/errors/index.ts'
import { judgeSecret } from '../../../src/report/redaction/judge-secret.ts'
import { createPublicTexts } from '../../../src/report/redaction/public-texts.ts'

const token = 'Zq8vN2kLw5Xr7TbJ4mHc'
const known = createPublicTexts(() => undefined)
known.add([
  'Staging Deployment',
  'ghcr.io/acme/postgres-proxy',
  'localhost:5000',
  `https://${token}.preview.example.com`,
  'ai-gen-service',
  'e1f2a3b4c5d6'.repeat(4).slice(0, 40),
  undefined,
  '',
])
const judge = (key: string, value: string) => judgeSecret(value, { place: 'secret/staging/app', key }, known)

describe('a value of Vault', () => {
  it('is hidden when it is neither ordinary nor public', () => {
    expect(judge('DB_PASSWORD', 'hunter22')).toEqual({ hide: true, isInPublic: false })
    expect(judge('SOMETHING', 'hunter22')).toEqual({ hide: true, isInPublic: false })
  })

  it.each([
    ['LOG_LEVEL', 'info', 'a word of our own'],
    ['PORT', '5432', 'a short number'],
    ['HOST', 'localhost', 'a word'],
    ['URL', 'http://localhost:8080', 'an address'],
    ['NAME', 'ai-gen-service', 'a word'],
    ['SHORT_COMMIT', 'e1f2a3b4c5d6', 'part of a commit or a digest'],
    ['TITLE', 'Staging Deployment', 'a public text of this run'],
  ])('is left as it is when it is ordinary: %s=%s', (key, value, why) => {
    expect(judge(key, value)).toEqual({ hide: false, why })
  })

  it('is hidden under a name that says secret, though it is a word', () => {
    expect(judge('DB_PASSWORD', 'sunshine')).toEqual({ hide: true, isInPublic: false })
    expect(judge('value', 'sunshine')).toEqual({ hide: false, why: 'a word' })
  })

  it('is hidden outside of a public text that it is part of, with a warning by path and key', () => {
    const judged = judge('DB_PASSWORD', 'postgres')
    expect(judged).toMatchObject({ hide: true, isInPublic: true })
    expect(judged.warning).toMatch(/^DB_PASSWORD of secret\/staging\/app is part of a name/)
    expect(judged.warning).not.toContain('postgres')
  })

  it.each([
    ['a word of our own', 'verified'],
    ['a short number', '471100'],
    ['a public text of this run', 'ai-gen-service'],
  ])('is warned of where a password is %s', (why, value) => {
    const judged = judge('DB_PASSWORD', value)
    expect(judged).toMatchObject({ hide: false, why })
    expect(judged.warning).toContain('DB_PASSWORD of secret/staging/app')
    expect(judged.warning).not.toContain(value)
  })

  it('ends the run when a public text tells a token to everybody', () => {
    for (const key of ['API_TOKEN', 'SOMETHING']) {
      const thrown = (() => {
        try {
          return judge(key, token)
        } catch (error) {
          return error
        }
      })()
      expect(thrown).toBeInstanceOf(StagegateError)
      const error = thrown as StagegateError
      expect(error.code).toBe('E_SECRET_PUBLIC')
      expect(error.message).toContain(`${key} of secret/staging/app`)
      expect(error.evidence).toEqual(['The text, without the value: https://***.preview.example.com'])
      expect(error.state).toBe('No manifest was applied.')
      expect(JSON.stringify([error.message, error.evidence, error.state, error.next])).not.toContain(token)
    }
  })

  it('is always hidden when the run was given it for itself', () => {
    expect(judgeSecret('localhost', undefined, known)).toEqual({ hide: true, isInPublic: true })
  })
})
