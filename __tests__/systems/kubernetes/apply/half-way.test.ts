import { describe, expect, test } from 'vitest'
import { type ErrorCode, StagegateError } from '../../../../src/errors/index.ts'
import { applyManifests } from '../../../../src/systems/kubernetes/apply/apply-manifests.ts'
import type { WrittenObject } from '../../../../src/systems/kubernetes/applied-object.ts'
import type { Manifest } from '../../../../src/systems/kubernetes/manifest-set.ts'
import { createSmallApi, type SmallApi } from './small-api.ts'

const namespace = 'staging'
const fail = (code: ErrorCode, message = 'no') => new StagegateError(code, { message })

const configMap = (name: string, needs?: string): Manifest => ({
  object: {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      ...(needs === undefined
        ? {}
        : {
            annotations: { 'config.kubernetes.io/depends-on': `/namespaces/${namespace}/ConfigMap/${needs}` },
          }),
    },
    data: { a: 'b' },
  },
  source: `${name}.yaml:1`,
})

const job = (image: string): Manifest => ({
  object: {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'once' },
    spec: { template: { spec: { containers: [{ name: 'a', image }] } } },
  },
  source: 'once.yaml:1',
})

async function applied(api: SmallApi, manifests: readonly Manifest[], signal = new AbortController().signal) {
  const written: WrittenObject[] = []
  const onApplied = (each: WrittenObject) => void written.push(each)
  const error = await applyManifests(api.connected, manifests, {
    namespace,
    dryRun: false,
    signal,
    onApplied,
  }).then(
    () => expect.fail('it was applied'),
    (thrown: unknown) => thrown as StagegateError,
  )
  return { error, written: written.map(({ object, change }) => `${object.metadata.name} ${change}`) }
}

describe('an apply that fails half way', () => {
  test('names what is in place, what was written, and in which namespace', async () => {
    const api = createSmallApi()
    api.before((_request, asked) => {
      if (asked === 'PATCH second') throw fail('E_ADMISSION_DENIED', 'not today')
    })
    const { error, written } = await applied(api, [
      configMap('first'),
      configMap('second', 'first'),
      configMap('third', 'second'),
    ])
    expect(error).toMatchObject({
      code: 'E_ADMISSION_DENIED',
      message: 'not today',
      state: '1 of 3 objects are in place, 1 of them were changed.',
      evidence: ['created: ConfigMap staging/first'],
    })
    expect(written).toEqual(['first created'])
    expect(api.asked).not.toContain('PATCH third')
  })

  test('names a Job that was deleted and could not be made anew', async () => {
    const api = createSmallApi()
    await applyManifests(api.connected, [job('one')], {
      namespace,
      dryRun: false,
      signal: new AbortController().signal,
      onApplied: () => undefined,
    })
    api.before((_request, asked) => {
      if (asked === 'PATCH once (dry run)') throw fail('E_IMMUTABLE_FIELD')
      if (asked === 'PATCH once') throw fail('E_QUOTA', 'exceeded quota')
    })
    const { error, written } = await applied(api, [job('two')])
    expect(error).toMatchObject({
      code: 'E_QUOTA',
      state: '0 of 1 objects are in place, 0 of them were changed. 1 was deleted and not made anew.',
      evidence: ['deleted, not made anew: Job staging/once'],
    })
    expect(written).toEqual(['once deleted'])
    expect(api.stored.size).toBe(0)
  })

  test('tells of a write that got no answer, which may have arrived', async () => {
    const api = createSmallApi()
    api.before((_request, asked) => {
      if (asked === 'PATCH first') throw fail('E_KUBE_UNAVAILABLE', 'connection reset')
    })
    const { error, written } = await applied(api, [configMap('first')])
    expect(error).toMatchObject({
      state:
        '0 of 1 objects are in place, 0 of them were changed. Of 1 it is not known whether the write arrived.',
      evidence: ['perhaps written: ConfigMap staging/first'],
    })
    expect(written).toEqual(['first uncertain'])
  })

  test('because its time is up says the same', async () => {
    const api = createSmallApi()
    const stop = new AbortController()
    api.before((request, asked) => {
      if (asked !== 'PATCH second') return
      stop.abort(fail('E_STEP_TIMEOUT', 'deploy.manifests did not end within 300 s.'))
      request.signal.throwIfAborted()
    })
    const { error, written } = await applied(
      api,
      [configMap('first'), configMap('second', 'first')],
      stop.signal,
    )
    expect(error).toMatchObject({
      code: 'E_STEP_TIMEOUT',
      state:
        '1 of 2 objects are in place, 1 of them were changed. Of 1 it is not known whether the write arrived.',
      evidence: ['created: ConfigMap staging/first', 'perhaps written: ConfigMap staging/second'],
    })
    expect(error.cause).toBe(stop.signal.reason)
    expect(written).toEqual(['first created', 'second uncertain'])
  })

  test('tells nothing of what is in a Secret', async () => {
    const api = createSmallApi()
    api.before((_request, asked) => {
      if (asked === 'PATCH first') throw fail('E_KUBE_UNAVAILABLE')
    })
    const secret: WrittenObject[] = []
    const manifest = configMap('first')
    await applyManifests(
      api.connected,
      [{ ...manifest, object: { ...manifest.object, kind: 'Secret', data: { a: 'aHVudGVyMg==' } } }],
      {
        namespace,
        dryRun: false,
        signal: new AbortController().signal,
        onApplied: (each) => void secret.push(each),
      },
    ).catch(() => undefined)
    expect(secret).toHaveLength(1)
    expect(JSON.stringify(secret)).not.toContain('aHVudGVyMg')
  })
})

describe('a trouble that every object would meet', () => {
  const many = Array.from({ length: 50 }, (_, at) => configMap(`m${at}`))

  test.each(['E_WEBHOOK_UNAVAILABLE', 'E_KUBE_UNAVAILABLE', 'E_KUBE_AUTH'] as const)(
    'ends the dry runs with the first that gives up: %s',
    async (code) => {
      const api = createSmallApi()
      const waiting: AbortSignal[] = []
      api.before(async (request, asked) => {
        if (asked === 'GET configmaps') return
        if (asked === 'PATCH m3 (dry run)') {
          // The others wait by now.
          await new Promise((resolve) => setImmediate(resolve))
          throw fail(code, 'given up')
        }
        waiting.push(request.signal)
        await new Promise((_resolve, reject) => {
          request.signal.addEventListener('abort', () => {
            reject(request.signal.reason as Error)
          })
        })
      })
      const { error, written } = await applied(api, many)
      expect(error).toMatchObject({
        code,
        message: 'given up',
        state: 'Nothing was applied.',
        evidence: [],
      })
      expect(waiting).toHaveLength(15)
      expect(api.asked).toHaveLength(17)
      expect(written).toEqual([])
    },
  )

  test.each(['E_KUBE_UNAVAILABLE', 'E_KUBE_AUTH'] as const)(
    'is not met once more by each when the look at all of them gives up: %s',
    async (code) => {
      const api = createSmallApi()
      api.before(() => {
        throw fail(code, 'given up')
      })
      const { error, written } = await applied(api, many)
      expect(error).toMatchObject({ code, message: 'given up', state: 'Nothing was applied.' })
      expect(api.asked).toEqual(['GET configmaps'])
      expect(written).toEqual([])
    },
  )

  test('comes with what was refused before', async () => {
    const api = createSmallApi()
    api.before((_request, asked) => {
      if (asked === 'PATCH m0 (dry run)') throw fail('E_MANIFEST_INVALID', 'data: wrong')
      if (asked === 'PATCH m20 (dry run)') throw fail('E_WEBHOOK_UNAVAILABLE', 'given up')
    })
    const { error } = await applied(api, many)
    expect(error).toMatchObject({
      code: 'E_WEBHOOK_UNAVAILABLE',
      message: 'given up',
      evidence: ['m0.yaml:1: data: wrong', 'the other objects were not tried to the end'],
    })
  })

  test('ends the writes too', async () => {
    const api = createSmallApi()
    api.before((_request, asked) => {
      if (asked === 'PATCH m1') throw fail('E_WEBHOOK_UNAVAILABLE', 'given up')
    })
    const { error, written } = await applied(api, many)
    expect(error.code).toBe('E_WEBHOOK_UNAVAILABLE')
    expect(written.length).toBeLessThanOrEqual(16)
    expect(error.state).toMatch(/^\d+ of 50 objects are in place/)
  })
})
