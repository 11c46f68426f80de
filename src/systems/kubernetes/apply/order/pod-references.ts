import { type Fields, mapping, mappings, nameIn, type References } from './reference.ts'

/** Volume sources that name a Secret, and how. See the API reference of `Volume`. */
const secretVolumes: readonly (readonly [source: string, field: string])[] = [
  ['csi', 'nodePublishSecretRef'],
  ['cephfs', 'secretRef'],
  ['rbd', 'secretRef'],
  ['iscsi', 'secretRef'],
  ['flexVolume', 'secretRef'],
  ['scaleIO', 'secretRef'],
  ['storageos', 'secretRef'],
]

/** What a pod's specification names and cannot start without. */
export function addPodReferences(spec: Fields, references: References): void {
  references.near('', 'ServiceAccount', nameIn(spec, 'serviceAccountName') ?? nameIn(spec, 'serviceAccount'))
  references.wide('scheduling.k8s.io', 'PriorityClass', nameIn(spec, 'priorityClassName'))
  references.wide('node.k8s.io', 'RuntimeClass', nameIn(spec, 'runtimeClassName'))
  for (const each of mappings(spec.imagePullSecrets)) references.near('', 'Secret', nameIn(each))
  for (const each of mappings(spec.resourceClaims)) {
    references.near('resource.k8s.io', 'ResourceClaim', nameIn(each, 'resourceClaimName'))
    references.near('resource.k8s.io', 'ResourceClaimTemplate', nameIn(each, 'resourceClaimTemplateName'))
  }
  for (const each of mappings(spec.volumes)) addVolume(each, references)
  for (const list of ['initContainers', 'containers', 'ephemeralContainers']) {
    for (const each of mappings(spec[list])) addContainer(each, references)
  }
}

function addVolume(volume: Fields, references: References): void {
  references.near('', 'ConfigMap', nameIn(volume.configMap))
  references.near('', 'Secret', nameIn(volume.secret, 'secretName'))
  references.near('', 'Secret', nameIn(volume.azureFile, 'secretName'))
  references.near('', 'PersistentVolumeClaim', nameIn(volume.persistentVolumeClaim, 'claimName'))
  for (const [source, field] of secretVolumes)
    references.near('', 'Secret', nameIn(mapping(volume[source])[field]))
  for (const each of mappings(mapping(volume.projected).sources)) {
    references.near('', 'ConfigMap', nameIn(each.configMap))
    references.near('', 'Secret', nameIn(each.secret))
  }
  const template = mapping(mapping(volume.ephemeral).volumeClaimTemplate)
  references.wide('storage.k8s.io', 'StorageClass', nameIn(template.spec, 'storageClassName'))
}

function addContainer(container: Fields, references: References): void {
  for (const each of mappings(container.envFrom)) {
    references.near('', 'ConfigMap', nameIn(each.configMapRef))
    references.near('', 'Secret', nameIn(each.secretRef))
  }
  for (const each of mappings(container.env)) {
    const { configMapKeyRef, secretKeyRef } = mapping(each.valueFrom)
    references.near('', 'ConfigMap', nameIn(configMapKeyRef))
    references.near('', 'Secret', nameIn(secretKeyRef))
  }
}
