import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cached, cacheKey } from '../../../script/lib/testbed/cache.ts'

const silent = { say: () => undefined, during: <Result>(_: string, work: () => Promise<Result>) => work() }

let cache: string
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'stagegate-cache-'))
})
afterEach(() => {
  rmSync(cache, { recursive: true, force: true })
})

function entry(build: (folder: string) => Promise<void>, inPlace = false) {
  return { name: 'go/tool', inputs: ['go1.26', 'go.mod'], message: 'building', build, inPlace }
}

const writeTool = (folder: string) => {
  writeFileSync(join(folder, 'tool'), 'binary')
  return Promise.resolve()
}

describe('the key of a cache entry', () => {
  it('is the same for the same inputs, and another for any others', () => {
    const inputs = fc.array(fc.string(), { maxLength: 4 })
    fc.assert(
      fc.property(inputs, inputs, (one, other) => {
        const same = one.length === other.length && one.every((input, index) => input === other[index])
        expect(cacheKey(one) === cacheKey(other)).toBe(same)
      }),
    )
  })

  it('knows where one input ends and the next begins', () => {
    expect(cacheKey(['ab', 'c'])).not.toBe(cacheKey(['a', 'bc']))
  })
})

describe.each([false, true])('the cache, in place: %s', (inPlace) => {
  it('builds once', async () => {
    let builds = 0
    const counting = (folder: string) => {
      builds += 1
      return writeTool(folder)
    }
    const first = await cached(cache, entry(counting, inPlace), silent)
    const second = await cached(cache, entry(counting, inPlace), silent)
    expect(second).toBe(first)
    expect(existsSync(join(first, 'tool'))).toBe(true)
    expect(builds).toBe(1)
  })

  it('does not take a failed build for a result, and builds from an empty folder afterwards', async () => {
    const failing = (folder: string) => {
      writeFileSync(join(folder, 'half'), '')
      return Promise.reject(new Error('compiler failed'))
    }
    await expect(cached(cache, entry(failing, inPlace), silent)).rejects.toThrow('compiler failed')
    const folder = await cached(cache, entry(writeTool, inPlace), silent)
    expect(readdirSync(folder).sort()).toEqual(['.complete', 'tool'])
    expect(readdirSync(dirname(folder))).toHaveLength(1)
  })
})
