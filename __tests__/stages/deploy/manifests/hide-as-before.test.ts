import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { hideAsBefore } from '../../../../src/stages/deploy/manifests/hide-as-before.ts'
import { StagegateError } from '../../../../src/errors/index.ts'
import type { Manifest } from '../../../../src/systems/kubernetes/manifest-set.ts'

const manifest = (hidden?: Manifest['hidden'], namespace?: string): Manifest => ({
  object: {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', ...(namespace === undefined ? {} : { namespace }) },
  },
  source: 'a.yaml:1',
  ...(hidden === undefined ? {} : { hidden }),
})

function deploymentWith(get: () => Promise<unknown>) {
  return {
    config: { service: 'api', folder: '', trigger: { repository: 'acme/api' } },
    settings: { namespace: 'staging' },
    cluster: { get },
  } as never
}

function recordOf(...manifests: readonly Manifest[]): object {
  const record = {
    commit: 'a'.repeat(40),
    digest: `sha256:${'b'.repeat(64)}`,
    finishedAt: '2026-11-30T12:00:00.000Z',
    manifests,
  }
  return { data: { record: gzipSync(JSON.stringify(record)).toString('base64') } }
}

const signal = new AbortController().signal

test('What was encrypted at the last deployment is hidden as well', async () => {
  const last = recordOf(manifest([['data', 'OLD']], 'staging'))
  const [found] = await hideAsBefore(
    [manifest([['data', 'NEW']])],
    deploymentWith(() => Promise.resolve(last)),
    signal,
  )
  expect(found?.hidden).toEqual([
    ['data', 'NEW'],
    ['data', 'OLD'],
  ])
})

test('Without a record, or with one that cannot be read, the set is as it is', async () => {
  const set = [manifest([['data', 'NEW']]), manifest()]
  for (const get of [
    () => Promise.resolve(undefined),
    () => Promise.resolve({ data: { record: 'no record' } }),
    () => Promise.resolve(recordOf({ ...manifest(), hidden: 'all' } as never)),
    () => Promise.reject(new StagegateError('E_KUBE_FORBIDDEN', { message: 'forbidden' })),
  ]) {
    expect(await hideAsBefore(set, deploymentWith(get), signal)).toEqual(set)
  }
})
