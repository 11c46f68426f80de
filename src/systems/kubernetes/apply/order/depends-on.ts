import type { KubernetesObject } from '../../kubernetes-object.ts'
import type { Reference } from './reference.ts'

/**
 * The annotation of kpt and cli-utils: `apps/namespaces/staging/Deployment/db, rbac.authorization.k8s.io/ClusterRole/x`;
 * the core group is empty (`/namespaces/staging/ConfigMap/a`).
 */
export const DEPENDS_ON = 'config.kubernetes.io/depends-on'

/** What the annotation of an object names; a text says which part of it cannot be read. Pure. */
export function dependsOn({ metadata }: KubernetesObject): readonly Reference[] | string {
  const text = metadata.annotations?.[DEPENDS_ON]
  if (text === undefined) return []
  const references: Reference[] = []
  for (const part of text.split(',').map((each) => each.trim())) {
    const [group = '', second, third, fourth, fifth, ...rest] = part.split('/')
    if (rest.length > 0) return part
    if (second === 'namespaces' && third && fourth && fifth)
      references.push({ group, kind: fourth, name: fifth, namespace: third })
    else if (second && third && fourth === undefined) references.push({ group, kind: second, name: third })
    else return part
  }
  return references
}
