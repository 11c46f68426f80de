import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodePath, planRead } from '../../../src/systems/vault/vault-path.ts'

describe('a path', () => {
  test('is encoded part by part', () => {
    expect(encodePath('/secret/staging/ai gen/ü&')).toBe('secret/staging/ai%20gen/%C3%BC%26')
  })

  test.each(['', '/', 'a//b', 'a/../b', '..', 'a/./b', 'a?version=1', 'a#b', 'a/%2e%2e/b', 'a\nb'])(
    'cannot be %j',
    (path) => {
      expect(() => encodePath(path)).toThrow(expect.objectContaining({ code: 'E_VAULT_MOUNT' }))
    },
  )

  test('never reads another path than the one that was written', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (text) => {
        let encoded: string
        try {
          encoded = encodePath(`secret/${text}`)
        } catch {
          return
        }
        const url = new URL(`https://vault.example.com/v1/${encoded}`)
        expect(url.search + url.hash).toBe('')
        const parts = url.pathname.split('/').slice(2).map(decodeURIComponent)
        expect(parts).toEqual(`secret/${text}`.replace(/\/+$/, '').split('/'))
      }),
    )
  })
})

describe('a read', () => {
  test.each([
    ['secret/staging/x', 'secret/', true, 'secret/data/staging/x'],
    ['secret/data/staging/x', 'secret/', true, 'secret/data/staging/x'],
    ['team/kv/x', 'team/kv/', true, 'team/kv/data/x'],
    ['kv1/x', 'kv1/', false, 'kv1/x'],
  ])('of %s in %s goes to the place of its version', (path, mount, versioned, expected) => {
    expect(planRead(path, mount, versioned)).toEqual({ path: expected, versioned })
  })
})
