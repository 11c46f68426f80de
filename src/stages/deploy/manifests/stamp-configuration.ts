import { createHmac } from 'node:crypto'
import type { KubernetesObject } from '../../../systems/kubernetes/kubernetes-object.ts'
import type { Manifest } from '../../../systems/kubernetes/manifest-set.ts'
import { isMapping } from '../../../systems/kubernetes/manifests/mapping.ts'
import { podSpecOf } from '../../../systems/kubernetes/pod-spec.ts'
import { annotations } from '../deployment.ts'
import { type UsedConfiguration, usedConfiguration } from './used-configuration.ts'

interface Scope {
  /** Objects that are applied with the manifests, such as Secrets from Vault. */
  readonly others: readonly KubernetesObject[]
  readonly namespace: string
}

/**
 * Writes on each pod template a hash of the values that its pods read, so that pods roll when one changes, and only
 * then: labels, other keys and the order of fields do not count. What is not in the set does not count either: it is
 * changed by others, at other times. Jobs are left alone, for a Job is not run again by itself. Pure.
 */
export function stampConfiguration(
  manifests: readonly Manifest[],
  {
    key,
    ...scope
  }: Scope & {
    /**
     * What the hash is keyed with. Whoever may read a workload may read the hash: without a key that only readers of
     * Secrets have, a weak password could be found by trying.
     */
    readonly key: Uint8Array
  },
): readonly Manifest[] {
  const used = collectUsed(manifests, scope)
  return manifests.map((manifest) => {
    const text = used.get(manifest)
    if (text === undefined) return manifest
    const hash = createHmac('sha256', key).update(text).digest('hex')
    return { ...manifest, object: withAnnotation(manifest.object, hash.slice(0, 32)) }
  })
}

/** Whether a pod of the set reads a value of the set: else there is nothing to stamp, and no key is needed. Pure. */
export function readsConfiguration(manifests: readonly Manifest[], scope: Scope): boolean {
  return collectUsed(manifests, scope).size > 0
}

/** What the pods of each manifest read, as text that is the same whenever the values are. */
function collectUsed(
  manifests: readonly Manifest[],
  { others, namespace }: Scope,
): ReadonlyMap<Manifest, string> {
  const objects = [...manifests.map((each) => each.object), ...others]
  const values = new Map(objects.flatMap((object) => valuesOf(object, namespace)))
  const texts = new Map<Manifest, string>()
  for (const manifest of manifests) {
    const { object } = manifest
    const pod = isRolling(object) ? podSpecOf(object) : undefined
    if (pod === undefined) continue
    const own = object.metadata.namespace ?? namespace
    const used = usedConfiguration(pod).flatMap((each) => find(each, own))
    if (used.length > 0) texts.set(manifest, JSON.stringify([...new Set(used)].sort()))
  }
  return texts

  /** Each value with where it comes from. */
  function find({ kind, name, key: only }: UsedConfiguration, own: string): readonly string[] {
    const found = values.get(`${kind}/${own}/${name}`)
    if (found === undefined) return []
    return Object.entries(found)
      .filter(([field]) => only === undefined || field === only)
      .map(([field, value]) => JSON.stringify([kind, name, field, value]))
  }
}

/**
 * Kinds whose controllers replace pods when their template changes; a custom resource with a template is one. Another
 * group may have a `CronJob` or a `Pod` of its own, which keeps its pods elsewhere.
 */
function isRolling({ apiVersion, kind, spec }: KubernetesObject): boolean {
  if (!isMapping(spec) || !isMapping(spec.template)) return false
  if (apiVersion === 'apps/v1') return ['Deployment', 'StatefulSet', 'DaemonSet'].includes(kind)
  return !/^(?:v1|apps\/|batch\/)/.test(apiVersion)
}

/** A ConfigMap's or Secret's values by key; those of a Secret are compared as bytes, however they are written. */
function valuesOf(
  object: KubernetesObject,
  namespace: string,
): readonly (readonly [string, Readonly<Record<string, unknown>>])[] {
  const { apiVersion, kind, metadata } = object
  if (apiVersion !== 'v1' || (kind !== 'ConfigMap' && kind !== 'Secret')) return []
  const text = kind === 'Secret' ? object.stringData : object.data
  const bytes = kind === 'Secret' ? object.data : object.binaryData
  const encoded = Object.entries((text ?? {}) as Record<string, unknown>).map(([key, value]) => [
    key,
    Buffer.from(String(value)).toString('base64'),
  ])
  const all = { ...(bytes as object | undefined), ...(Object.fromEntries(encoded) as object) }
  return [[`${kind}/${metadata.namespace ?? namespace}/${metadata.name}`, all]]
}

function withAnnotation(object: KubernetesObject, hash: string): KubernetesObject {
  const copy = structuredClone(object) as unknown as {
    spec: { template: { metadata?: { annotations?: Record<string, string> } } }
  }
  const { template } = copy.spec
  template.metadata = {
    ...template.metadata,
    annotations: { ...template.metadata?.annotations, [annotations.configHash]: hash },
  }
  return copy as unknown as KubernetesObject
}
