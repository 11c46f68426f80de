import type { KubernetesObject } from '../../kubernetes-object.ts'
import { type Fields, mapping, mappings, nameIn, type References } from './reference.ts'

const NETWORKING = 'networking.k8s.io'
const GATEWAY = 'gateway.networking.k8s.io'

/** What leads traffic to services names them, its certificates, and the class of what implements it. */
export function addNetworkReferences(object: KubernetesObject, group: string, references: References): void {
  const spec = mapping(object.spec)
  if (group === GATEWAY) addGatewayReferences(spec, references)
  switch (`${group}/${object.kind}`) {
    case `${NETWORKING}/Ingress`:
      addIngress(spec, references)
      break
    case 'apiregistration.k8s.io/APIService':
      references.near('', 'Service', nameIn(spec.service), nameIn(spec.service, 'namespace'))
      break
    case '/Endpoints':
      references.near('', 'Service', object.metadata.name)
      break
    case 'discovery.k8s.io/EndpointSlice':
      references.near('', 'Service', nameIn(object.metadata.labels, 'kubernetes.io/service-name'))
      break
  }
}

function addIngress(spec: Fields, references: References): void {
  references.wide(NETWORKING, 'IngressClass', nameIn(spec, 'ingressClassName'))
  for (const each of mappings(spec.tls)) references.near('', 'Secret', nameIn(each, 'secretName'))
  const paths = mappings(spec.rules).flatMap((rule) => mappings(mapping(rule.http).paths))
  for (const backend of [spec.defaultBackend, ...paths.map((path) => path.backend)].map(mapping)) {
    references.near('', 'Service', nameIn(backend.service))
    const resource = mapping(backend.resource)
    references.near(nameIn(resource, 'apiGroup') ?? '', nameIn(resource, 'kind') ?? '', nameIn(resource))
  }
}

/** Gateways and every kind of route. See the reference of the Gateway API. */
function addGatewayReferences(spec: Fields, references: References): void {
  references.wide(GATEWAY, 'GatewayClass', nameIn(spec, 'gatewayClassName'))
  const certificates = mappings(spec.listeners).flatMap((listener) =>
    mappings(mapping(listener.tls).certificateRefs),
  )
  for (const each of certificates) references.near('', 'Secret', nameIn(each), nameIn(each, 'namespace'))
  const named = (refs: readonly Fields[], group: string, kind: string): void => {
    for (const each of refs) {
      const own = typeof each.group === 'string' ? each.group : group
      references.near(own, nameIn(each, 'kind') ?? kind, nameIn(each), nameIn(each, 'namespace'))
    }
  }
  named(mappings(spec.parentRefs), GATEWAY, 'Gateway')
  for (const rule of mappings(spec.rules)) named(mappings(rule.backendRefs), '', 'Service')
}
