import type { Manifest } from '../manifest-set.ts'
import { parseApiVersion, renderId } from '../object-id.ts'

/** Two manifests of one object: which one would win is nobody's wish. Those without a namespace count as one namespace. */
export function findDuplicates(manifests: readonly Manifest[]): readonly string[] {
  const first = new Map<string, string>()
  return manifests.flatMap(({ object, source }) => {
    const { kind, apiVersion, metadata } = object
    const id = renderId({ kind, ...metadata })
    const key = `${parseApiVersion(apiVersion).group} ${id}`
    const before = first.get(key)
    if (before !== undefined) return [`${source}: ${id} is defined before, at ${before}`]
    first.set(key, source)
    return []
  })
}
