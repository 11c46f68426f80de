import { setImmediate as tick } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { ApiClient } from '../../../src/systems/kubernetes/client/api-client.ts'
import { createDiscovery } from '../../../src/systems/kubernetes/discovery/discovery.ts'
import { shareWork } from '../../../src/systems/kubernetes/share-work.ts'

/** Work that a test ends. */
function begin() {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let ended: AbortSignal | undefined
  const work = shareWork((signal) => {
    ended = signal
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error)
    })
    return promise
  })
  return { work, resolve, isEnded: () => ended?.aborted === true }
}

describe('work that is shared', () => {
  test('goes on when the one who asked first leaves', async () => {
    const { work, resolve, isEnded } = begin()
    const first = new AbortController()
    const [one, other] = [work.wait(first.signal), work.wait(new AbortController().signal)]
    first.abort(new Error('first left'))
    await expect(one).rejects.toThrow('first left')
    expect(isEnded()).toBe(false)
    resolve('done')
    expect(await other).toBe('done')
    expect(work.abandoned()).toBe(false)
  })

  test('is ended when all have left, and says so', async () => {
    const { work, isEnded } = begin()
    const stop = new AbortController()
    const all = Promise.allSettled([work.wait(stop.signal), work.wait(stop.signal)])
    stop.abort(new Error('all left'))
    await all
    expect(isEnded()).toBe(true)
    expect(work.abandoned()).toBe(true)
  })
})

describe('discovery', () => {
  const list = (kind: string, resource: string) => ({
    kind: 'APIGroupDiscoveryList',
    items: [
      {
        metadata: { name: '' },
        versions: [{ version: 'v1', resources: [{ resource, scope: 'Namespaced', responseKind: { kind } }] }],
      },
    ],
  })

  /** A server whose answers a test lets through. */
  function served() {
    const asked: string[] = []
    const { promise: open, resolve } = Promise.withResolvers<undefined>()
    const client: ApiClient = {
      async send({ path, signal }) {
        asked.push(path)
        await Promise.race([
          open,
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              reject(signal.reason as Error)
            })
          }),
        ])
        return { status: 200, body: list('Pod', 'pods'), refusal: undefined }
      },
      sendRaw: () => Promise.reject(new Error('not asked for')),
      stream: () => Promise.reject(new Error('not asked for')),
    }
    return {
      discovery: createDiscovery(client),
      asked,
      answer: () => {
        resolve(undefined)
      },
    }
  }
  const pod = { apiVersion: 'v1', kind: 'Pod' }

  test('is asked for once by all who begin together, though the first of them leaves', async () => {
    const { discovery, asked, answer } = served()
    const first = new AbortController()
    const { signal } = new AbortController()
    const all = [first.signal, ...Array.from({ length: 20 }, () => signal)].map((each) =>
      discovery.require(pod, each),
    )
    await tick()
    first.abort(new Error('first left'))
    answer()
    const [one, ...others] = await Promise.allSettled(all)
    expect(one).toMatchObject({ status: 'rejected', reason: { message: 'first left' } })
    expect(others.every((each) => each.status === 'fulfilled')).toBe(true)
    expect(asked).toEqual(['/api', '/apis'])
  })

  test('that all have left is begun anew by the next', async () => {
    const { discovery, asked, answer } = served()
    const stop = new AbortController()
    const left = discovery.require(pod, stop.signal)
    stop.abort(new Error('left'))
    const next = discovery.require(pod, new AbortController().signal)
    await expect(left).rejects.toThrow('left')
    answer()
    await expect(next).resolves.toMatchObject({ plural: 'pods' })
    expect(asked.length).toBeLessThanOrEqual(4)
  })
})
