import type { StagegateError } from '../../../errors/index.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { parseApiVersion } from '../object-id.ts'

/** A Job is work that is done once: another content is another work. Everything else holds something that would be lost. */
export function isRecreatable({ apiVersion, kind }: KubernetesObject): boolean {
  return kind === 'Job' && parseApiVersion(apiVersion).group === 'batch'
}

const advice: Readonly<Record<string, string>> = {
  Deployment: 'Give the Deployment another name, or delete it by hand: its pods go with it.',
  DaemonSet: 'Give the DaemonSet another name, or delete it by hand: its pods go with it.',
  StatefulSet:
    'Delete it with `kubectl delete statefulset NAME --cascade=orphan`: pods and volumes stay, and the next run adopts them.',
  ReplicaSet: 'Give the ReplicaSet another name, or delete it by hand: its pods go with it.',
  Pod: 'Delete the Pod by hand, then rerun; a Deployment replaces its pods by itself.',
  PersistentVolume: 'Give the volume another name, or delete it by hand: look at its reclaim policy first.',
  PersistentVolumeClaim:
    'Give the claim another name and move the data: a claim that is deleted takes its volume along.',
  Service: 'Delete the Service by hand, then rerun: its address changes.',
  ConfigMap: 'An immutable ConfigMap keeps its data for ever: give the new one another name.',
  Secret: 'An immutable Secret keeps its data for ever: give the new one another name.',
  RoleBinding: 'A binding keeps its role for ever: delete it by hand, or give the new one another name.',
  ClusterRoleBinding:
    'A binding keeps its role for ever: delete it by hand, or give the new one another name.',
  StorageClass: 'Give the new class another name: existing volumes keep theirs.',
  PriorityClass: 'Give the new class another name: pods keep the value that theirs had.',
  IngressClass: 'Give the new class another name, and name it in the Ingresses.',
  RuntimeClass: 'Give the new class another name, and name it in the pods.',
  CustomResourceDefinition:
    'Define the kind in another group, or delete the definition by hand: all its objects go with it.',
}

/** What may be done about a field that cannot be changed, by kind; nothing is ever deleted for it. */
export function explainImmutable({ kind }: KubernetesObject, error: StagegateError): StagegateError {
  const next = advice[kind]
  return next === undefined ? error : error.with({ next })
}
