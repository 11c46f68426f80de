import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isWithinService, proxyPath } from '../../../src/systems/kubernetes/proxy-path.ts'

const root = '/api/v1/namespaces/staging/services/api:http/proxy'

describe('a path through the proxy of a service', () => {
  it.each(['/', '/healthz', 'healthz', '/a/b?c=../d', '/v1.2/..hidden/x...', '/a%20b', '//healthz', '/%zz'])(
    '%s is asked',
    (path) => {
      expect(proxyPath(root, path)).toBe(`${root}/${path.replace(/^\/+/, '')}`)
    },
  )

  it.each([
    '/../../../secrets/theirs',
    '/a/../../b',
    '/..',
    '/.',
    '/%2e%2e/%2e%2e/secrets',
    '/.%2E/x',
    '/%252e%252e/x',
    '/..%2f..%2fsecrets',
    '\\..\\..\\secrets',
    '/..%5c..%5csecrets',
    '/a/..?x=1',
  ])('%s leads out of it and is refused', (path) => {
    expect(() => proxyPath(root, path)).toThrow(expect.objectContaining({ code: 'E_PATH_OUTSIDE' }))
  })

  it('never leaves the proxy, as a URL is read, once and twice decoded', () => {
    const piece = fc.constantFrom('.', '..', '/', '\\', '%2e', '%2E', '%2f', '%5c', '%25', 'a', '?', '#', '%')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const path = pieces.join('')
        if (!isWithinService(path)) return
        const { pathname } = new URL(proxyPath(root, path), 'https://cluster')
        const decoded = pathname.replaceAll(/%(2e|2f|5c)/gi, (code) => decodeURIComponent(code))
        for (const each of [pathname, decoded, new URL(`https://cluster${decoded}`).pathname])
          expect(each.startsWith(`${root}/`), each).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })
})
