import { expect, test } from 'vitest'
import type { KubernetesObject } from '../../../src/systems/kubernetes/kubernetes-object.ts'
import { keepWriteTime, writtenAt } from '../../../src/systems/kubernetes/write-time.ts'

const object = (managedFields: unknown): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', managedFields },
})
const ours = { manager: 'stagegate', operation: 'Apply', time: '2026-11-26T10:00:00Z' }

test('when an object was applied is kept of its managers, and nothing else', () => {
  const kept = keepWriteTime(
    object([
      { manager: 'stagegate', operation: 'Update', time: '2026-11-25T10:00:00Z' },
      { ...ours, apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: { 'f:data': {} } },
    ]),
  )
  expect(kept.metadata.managedFields).toEqual([ours])
  expect(writtenAt(kept)).toBe(ours.time)
})

test.each([undefined, [], [{ manager: 'kubectl', operation: 'Apply', time: ours.time }]])(
  'it is not known of an object that this apply did not write: %j',
  (managedFields) => {
    const kept = keepWriteTime(object(managedFields))
    expect(kept.metadata).toEqual({ name: 'a' })
    expect(writtenAt(kept)).toBeUndefined()
  },
)
