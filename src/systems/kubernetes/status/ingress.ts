import type { KubernetesObject } from '../kubernetes-object.ts'
import { done, type ObjectStatus, waiting, type World } from './status.ts'

/**
 * An Ingress is ready when it exists: many controllers never write an address (argo-cd#1704, #14607). With
 * `stagegate.dev/wait: ready` it has to have one.
 */
export function judgeIngress({ object, rules }: World): ObjectStatus {
  const addresses = (object as Ingress).status?.loadBalancer?.ingress ?? []
  const named = addresses.map(({ ip, hostname }) => hostname ?? ip ?? '').filter((each) => each !== '')
  if (named.length > 0) return done(`has the address ${named.join(', ')}`)
  return rules.wait === 'ready' ? waiting('has no address yet') : done('present')
}

interface Ingress extends KubernetesObject {
  readonly status?: {
    readonly loadBalancer?: {
      readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[]
    }
  }
}
