import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nearestName } from '../../src/errors/index.ts'

const known = ['vault-url', 'vault-role', 'vault-auth', 'stages', 'from', 'timeout']

describe('the nearest name', () => {
  it.each([
    ['vault-uri', 'vault-url'],
    ['vault_url', 'vault-url'],
    ['VaultRole', 'vault-role'],
    ['vautl-auth', 'vault-auth'],
    ['stage', 'stages'],
    ['form', 'from'],
    ['timeuot', 'timeout'],
  ])('of %s is %s', (wrong, right) => {
    expect(nearestName(wrong, known)).toBe(right)
  })

  it.each(['', 'x', 'registry', 'completely-different', 'tim'])('of %j is none', (wrong) => {
    expect(nearestName(wrong, known)).toBeUndefined()
  })

  it('of a known name is itself', () => {
    fc.assert(
      fc.property(fc.constantFrom(...known), (name) => {
        expect(nearestName(name, known)).toBe(name)
      }),
    )
  })

  it('of any text is a known name or none', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect([...known, undefined]).toContain(nearestName(text, known))
      }),
    )
  })
})
