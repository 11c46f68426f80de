import { describe, expect, it } from 'vitest'
import { isSameOwner, readOwner, refuseForeign, renderOwner } from '../../../src/stages/deploy/owner.ts'

const api = { repository: 'acme/shop', repositoryId: '7', folder: 'services/api' }

describe('whose a lock or a record is', () => {
  it('is read as it was written, and nobody is read from anything else', () => {
    expect(readOwner(renderOwner(api))).toEqual(api)
    expect(readOwner(renderOwner({ repository: 'acme/shop', folder: '' }))).toEqual({
      repository: 'acme/shop',
      folder: '',
    })
    for (const text of [undefined, '', 'acme/shop', '{"repository": 7}', 'null', '[]'])
      expect(readOwner(text)).toBeUndefined()
  })

  it.each([
    { what: 'the same service', other: api, same: true },
    { what: 'a repository that was renamed', other: { ...api, repository: 'acme/store' }, same: true },
    { what: 'another that has the name now', other: { ...api, repositoryId: '8' }, same: false },
    { what: 'another folder', other: { ...api, folder: 'services/web' }, same: false },
    {
      what: 'a server without numbers',
      other: { repository: 'Acme/Shop', folder: 'services/api' },
      same: true,
    },
    {
      what: 'another repository there',
      other: { repository: 'b/shop', folder: 'services/api' },
      same: false,
    },
  ])('tells $what', ({ other, same }) => {
    expect(isSameOwner(api, other)).toBe(same)
    const refuse = (): void => {
      refuseForeign('The lock staging/stagegate-api-lock', other, api)
    }
    if (same) expect(refuse).not.toThrow()
    else
      expect(refuse).toThrow(
        expect.objectContaining({
          code: 'E_SERVICE_NAME_TAKEN',
          message: expect.stringMatching(
            /^The lock .* belongs to another service of the same name/,
          ) as string,
        }),
      )
  })

  it('is nobody in what earlier releases have left: it is taken', () => {
    expect(() => {
      refuseForeign('The record', undefined, api)
    }).not.toThrow()
  })
})
