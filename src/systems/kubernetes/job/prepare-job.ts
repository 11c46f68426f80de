import { createHash } from 'node:crypto'
import type { KubernetesObject } from '../kubernetes-object.ts'
import type { Manifest } from '../manifest-set.ts'

/** What tells whether a Job that exists is the one that would be run. */
export const SPEC_HASH = 'stagegate.dev/spec-sha256'

export interface PreparedJob extends KubernetesObject {
  readonly metadata: KubernetesObject['metadata'] & {
    readonly namespace: string
    readonly annotations: Readonly<Record<string, string>>
  }
  readonly spec: Readonly<Record<string, unknown>>
}

/** The Job of a manifest with the hash of its content on it. Pure. */
export function prepareJob({ object, source }: Manifest): PreparedJob {
  const { namespace } = object.metadata
  const spec = object.spec
  if (object.kind !== 'Job' || namespace === undefined || typeof spec !== 'object' || spec === null) {
    throw new Error(`${source} is not a Job in a namespace`)
  }
  const annotations = { ...object.metadata.annotations, [SPEC_HASH]: hashOf(spec) }
  return {
    ...object,
    metadata: { ...object.metadata, namespace, annotations },
    spec: spec as Readonly<Record<string, unknown>>,
  }
}

/** SHA-256 of the spec, the same whatever the order of its keys. */
function hashOf(spec: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(spec)))
    .digest('hex')
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(entries.map(([key, child]) => [key, sorted(child)]))
}
