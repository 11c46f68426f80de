import type { KubernetesObject } from '../../kubernetes-object.ts'
import { parseApiVersion } from '../../object-id.ts'
import { podSpecOf } from '../../pod-spec.ts'
import { addNetworkReferences } from './network-references.ts'
import { addPodReferences } from './pod-references.ts'
import { type Fields, mapping, mappings, nameIn, type Reference, References } from './reference.ts'

const RBAC = 'rbac.authorization.k8s.io'
const STORAGE = 'storage.k8s.io'

/** Other objects that an object names and needs, whether they are in the set or not. Pure. */
export function referencesOf(object: KubernetesObject, namespace: string): readonly Reference[] {
  const references = new References(object.metadata.namespace ?? namespace)
  const spec = mapping(object.spec)
  const { group } = parseApiVersion(object.apiVersion)
  const pod = podSpecOf(object)
  if (pod !== undefined) addPodReferences(pod, references)
  addTargets(spec, references)
  addNetworkReferences(object, group, references)
  switch (`${group}/${object.kind}`) {
    case 'apps/StatefulSet':
      references.near('', 'Service', nameIn(spec, 'serviceName'))
      for (const claim of mappings(spec.volumeClaimTemplates)) addClaim(mapping(claim.spec), references)
      break
    case '/PersistentVolumeClaim':
      addClaim(spec, references)
      break
    case '/PersistentVolume':
      references.wide(STORAGE, 'StorageClass', nameIn(spec, 'storageClassName'))
      break
    case `${RBAC}/RoleBinding`:
    case `${RBAC}/ClusterRoleBinding`:
      addBinding(object, references)
      break
    case '/Secret': {
      // A token's Secret is refused while its account is missing.
      const annotations = mapping(object.metadata.annotations)
      references.near('', 'ServiceAccount', nameIn(annotations, 'kubernetes.io/service-account.name'))
      break
    }
  }
  return references.found
}

/** What scales, recommends for or rolls out another object names it in one of these, custom resources too. */
function addTargets(spec: Fields, references: References): void {
  for (const field of ['scaleTargetRef', 'targetRef', 'workloadRef']) {
    const target = mapping(spec[field])
    // KEDA's ScaledObject may leave both out and means a Deployment.
    const apiVersion = nameIn(target, 'apiVersion') ?? 'apps/v1'
    references.near(parseApiVersion(apiVersion).group, nameIn(target, 'kind') ?? 'Deployment', nameIn(target))
  }
}

function addClaim(spec: Fields, references: References): void {
  references.wide(STORAGE, 'StorageClass', nameIn(spec, 'storageClassName'))
  references.wide('', 'PersistentVolume', nameIn(spec, 'volumeName'))
  for (const source of [mapping(spec.dataSource), mapping(spec.dataSourceRef)]) {
    const kind = nameIn(source, 'kind')
    if (kind !== undefined)
      references.near(nameIn(source, 'apiGroup') ?? '', kind, nameIn(source), nameIn(source, 'namespace'))
  }
}

/** A binding's role, which must be there before (else the server cannot tell whether it may be given), and its accounts. */
function addBinding(object: KubernetesObject, references: References): void {
  const role = mapping(object.roleRef)
  if (role.kind === 'ClusterRole') references.wide(RBAC, 'ClusterRole', nameIn(role))
  else references.near(RBAC, 'Role', nameIn(role))
  for (const subject of mappings(object.subjects)) {
    if (subject.kind === 'ServiceAccount')
      references.near('', 'ServiceAccount', nameIn(subject), nameIn(subject, 'namespace'))
  }
}
