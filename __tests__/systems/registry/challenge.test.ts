import { describe, expect, test } from 'vitest'
import { isTrustedRealm, parseChallenge } from '../../../src/systems/registry/challenge.ts'
import { parseRepository } from '../../../src/systems/registry/repository-name.ts'

describe('a challenge', () => {
  test('for a token names its realm and service', () => {
    const header = 'Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="repository:a/b:pull"'
    expect(parseChallenge(header)).toEqual({
      scheme: 'bearer',
      realm: 'https://ghcr.io/token',
      service: 'ghcr.io',
      error: undefined,
    })
  })

  test('for a token wins over one for a password', () => {
    expect(parseChallenge('Basic realm="x", bearer realm="https://a/"')).toMatchObject({
      realm: 'https://a/',
    })
  })

  test.each([undefined, '', 'Negotiate', 'Bearer', 'Bearer service="x"'])('is none in %j', (header) => {
    expect(parseChallenge(header)).toBeUndefined()
  })
})

describe('a realm', () => {
  const trusted = (realm: string, repository: string): boolean =>
    isTrustedRealm(realm, parseRepository(repository))

  test.each([
    ['https://ghcr.io/token', 'ghcr.io/acme/x'],
    ['https://auth.docker.io/token', 'docker.io/acme/x'],
    ['https://gitlab.com/jwt/auth', 'registry.gitlab.com/acme/x'],
    ['https://r.example.co.uk/token', 'r.example.co.uk/x'],
    ['https://auth.example.co.uk/token', 'r.example.co.uk/x'],
    ['http://localhost:5001/token', 'localhost:5000/x'],
  ])('%s may get the login for %s', (realm, repository) => {
    expect(trusted(realm, repository)).toBe(true)
  })

  test.each([
    ['http://ghcr.io/token', 'ghcr.io/acme/x'],
    ['https://ghcr.io.evil.example/token', 'ghcr.io/acme/x'],
    ['https://evil.co.uk/token', 'r.example.co.uk/x'],
    ['https://user:password@ghcr.io/token', 'ghcr.io/acme/x'],
    ['https://10.0.0.2/token', '10.0.0.1/x'],
    ['http://169.254.169.254/token', 'localhost:5000/x'],
    ['not a url', 'ghcr.io/x'],
  ])('%s may not get the login for %s', (realm, repository) => {
    expect(trusted(realm, repository)).toBe(false)
  })
})

test('a repository without a registry is on Docker Hub', () => {
  expect(parseRepository('acme/x')).toEqual({
    registry: 'docker.io',
    path: 'acme/x',
    origin: 'https://registry-1.docker.io',
  })
  expect(parseRepository('alpine').path).toBe('library/alpine')
})
