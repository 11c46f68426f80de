import type { PodSpec } from '../../../systems/kubernetes/pod-spec.ts'

/** A ConfigMap or a Secret that a pod reads: all of it, or one key. */
export interface UsedConfiguration {
  readonly kind: 'ConfigMap' | 'Secret'
  readonly name: string
  readonly key: string | undefined
}

/** What the containers of a pod get their configuration from: variables and volumes. Pure. */
export function usedConfiguration(spec: PodSpec): readonly UsedConfiguration[] {
  const containers = [...mappings(spec.initContainers), ...mappings(spec.containers)]
  return [
    ...containers
      .flatMap((each) => mappings(each.envFrom))
      .flatMap(({ configMapRef, secretRef }) => [
        ...use('ConfigMap', configMapRef),
        ...use('Secret', secretRef),
      ]),
    ...containers
      .flatMap((each) => mappings(each.env))
      .flatMap(({ valueFrom }) => {
        const { configMapKeyRef, secretKeyRef } = mapping(valueFrom)
        return [...useKey('ConfigMap', configMapKeyRef), ...useKey('Secret', secretKeyRef)]
      }),
    ...mappings(spec.volumes).flatMap((volume) => [
      ...use('ConfigMap', volume.configMap),
      ...use('Secret', volume.secret, 'secretName'),
      ...mappings(mapping(volume.projected).sources).flatMap(({ configMap, secret }) => [
        ...use('ConfigMap', configMap),
        ...use('Secret', secret),
      ]),
    ]),
  ]
}

type Kind = UsedConfiguration['kind']

/** Of a source with `items` only these keys. */
function use(kind: Kind, source: unknown, field = 'name'): readonly UsedConfiguration[] {
  const { [field]: name, items } = mapping(source)
  if (typeof name !== 'string') return []
  if (!Array.isArray(items)) return [{ kind, name, key: undefined }]
  return mappings(items).flatMap(({ key }) => (typeof key === 'string' ? [{ kind, name, key }] : []))
}

function useKey(kind: Kind, source: unknown): readonly UsedConfiguration[] {
  const { name, key } = mapping(source)
  return typeof name === 'string' && typeof key === 'string' ? [{ kind, name, key }] : []
}

function mapping(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}

function mappings(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.map(mapping) : []
}
