import type { KubernetesObject } from '../kubernetes-object.ts'
import { done, type ObjectStatus, waiting, type World } from './status.ts'

/** A Service is done when it has its address: that of the cluster, or of the load balancer that it asks for. */
export function judgeService({ object }: World): ObjectStatus {
  const { spec = {}, status } = object as Service
  if (spec.type === 'ExternalName') return done('present')
  if ((spec.clusterIP ?? '') === '') return waiting('has no cluster IP yet')
  if (spec.type !== 'LoadBalancer') return done('present')
  const addresses = status?.loadBalancer?.ingress ?? []
  return addresses.length > 0
    ? done('its load balancer has an address')
    : waiting('its load balancer has no address yet')
}

interface Service extends KubernetesObject {
  readonly spec?: { readonly type?: string; readonly clusterIP?: string }
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly object[] } }
}
