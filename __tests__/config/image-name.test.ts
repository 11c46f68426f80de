import { describe, expect, it } from 'vitest'
import { isImageRepository, isImageTag } from '../../src/config/image-name.ts'

describe('the repository of an image', () => {
  it.each([
    'ghcr.io/acme/api',
    'localhost/api',
    'localhost:5000/api',
    '127.0.0.1:5000/team/api',
    '[::1]:5000/api',
    'registry.example.com/a/b/c_d__e-f.g',
    'docker.io/library/node',
  ])('may be %s', (name) => {
    expect(isImageRepository(name)).toBe(true)
  })

  it.each([
    '',
    'api',
    'acme/api',
    'GHCR.io/acme/api',
    'ghcr.io/Acme/api',
    'ghcr.io/acme/api:1',
    'ghcr.io/acme/api@sha256:00',
    'ghcr.io//api',
    'ghcr.io/acme/',
    'ghcr.io/-acme/api',
    'ghcr.io/acme/a..b',
    'ghcr.io/acme/a b',
    'https://ghcr.io/acme/api',
    'user:pw@ghcr.io/acme/api',
    'ghcr.io/acme/api\n',
    `ghcr.io/${'a'.repeat(255)}`,
  ])('may not be %j', (name) => {
    expect(isImageRepository(name)).toBe(false)
  })
})

describe('a tag of an image', () => {
  it.each(['v1.1.0-staging', 'latest', '_x', 'A.b-C_d', 'x'.repeat(128)])('may be %s', (tag) => {
    expect(isImageTag(tag)).toBe(true)
  })

  it.each(['', '-x', '.x', 'a/b', 'a:b', 'a+b', 'a b', 'a\n', 'x'.repeat(129)])('may not be %j', (tag) => {
    expect(isImageTag(tag)).toBe(false)
  })
})
