import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { withLogin, writeClientConfig } from '../../../src/systems/docker/client-config.ts'
import { newFolder } from '../new-folder.ts'

const login = { registry: 'ghcr.io', username: 'u', password: 'p:w' }
const auth = Buffer.from('u:p:w').toString('base64')

describe('the configuration of the client', () => {
  test('gets one login more, and keeps what it has', () => {
    const config = { auths: { 'example.com': { auth: 'x' } }, currentContext: 'here' }
    expect(withLogin(config, login)).toEqual({
      auths: { 'example.com': { auth: 'x' }, 'ghcr.io': { auth } },
      currentContext: 'here',
    })
  })

  test('reads that login from the file though a store is set for all others', () => {
    expect(withLogin({ credsStore: 'desktop' }, login)).toMatchObject({ credHelpers: { 'ghcr.io': '' } })
  })

  test('names Docker Hub as the client does', () => {
    expect(withLogin({}, { ...login, registry: 'docker.io' })).toEqual({
      auths: { 'https://index.docker.io/v1/': { auth } },
    })
  })

  test('stands in a folder of its own, with the builders and plugins of the runner', async () => {
    const folder = newFolder()
    const [original, own] = [join(folder, 'original'), join(folder, 'own')]
    mkdirSync(join(original, 'buildx'), { recursive: true })
    writeFileSync(join(original, 'buildx', 'current'), 'the builder')
    writeFileSync(join(original, 'config.json'), 'not JSON')
    await writeClientConfig(original, own, login)
    expect(readFileSync(join(own, 'buildx', 'current'), 'utf8')).toBe('the builder')
    expect(readFileSync(join(original, 'config.json'), 'utf8')).toBe('not JSON')
    expect(statSync(own).mode & 0o777).toBe(0o700)
    expect(statSync(join(own, 'config.json')).mode & 0o777).toBe(0o600)
  })

  test('can be made where the runner has none', async () => {
    const folder = newFolder()
    await writeClientConfig(join(folder, 'not-there'), join(folder, 'own'), login)
    expect(readFileSync(join(folder, 'own', 'config.json'), 'utf8')).toContain('ghcr.io')
  })
})
