import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { serviceName } from '../../../src/config/resolve/service-name.ts'
import { defaultStatusContext } from '../../../src/inputs/default-status-context.ts'

describe('the name of a service without service:', () => {
  it.each([
    ['acme/shop', '', 'shop'],
    ['Acme/My.Shop', '', 'my-shop'],
    ['acme/shop', 'services/api', 'shop-api'],
    ['acme/shop', 'services/Web_App', 'shop-web-app'],
    ['acme/shop', 'api', 'shop-api'],
    ['acme/...', '', ''],
  ])('of %s in "%s" is %s', (repository, folder, name) => {
    expect(serviceName(repository, folder)).toBe(name)
  })

  it('is short enough for names in the cluster, begins and ends with a letter or digit, and differs by folder', () => {
    const word = fc.stringMatching(/^[a-z0-9]{1,60}$/)
    fc.assert(
      fc.property(word, word, word, (repository, one, other) => {
        fc.pre(one !== other)
        const names = [one, other].map((folder) => serviceName(`acme/${repository}`, `services/${folder}`))
        for (const name of names) expect(name).toMatch(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/)
        expect(new Set(names).size).toBe(2)
      }),
    )
  })
})

describe('the name of the commit status without status-context', () => {
  it.each([
    ['.', 'Staging Deployment'],
    ['./', 'Staging Deployment'],
    ['services/api', 'Staging Deployment (api)'],
    ['./services/api/', 'Staging Deployment (api)'],
  ])('with working-directory %s is %s', (folder, context) => {
    expect(defaultStatusContext(folder)).toBe(context)
  })
})
