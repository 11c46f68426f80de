import type { KubernetesObject } from '../../../src/systems/kubernetes/kubernetes-object.ts'

/** A third each of ConfigMaps, Services and Deployments with no replicas; each Deployment reads its ConfigMap. */
export function makeObjects(count: number, namespace: string): readonly KubernetesObject[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `bench-${Math.floor(index / 3)}`
    const labels = { 'app.kubernetes.io/name': name }
    const metadata = { name, namespace, labels }
    if (index % 3 === 0) {
      return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { PORT: '8080', MODE: 'bench' } }
    }
    if (index % 3 === 1) {
      const ports = [{ name: 'http', port: 80, targetPort: 8080 }]
      return { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: labels, ports } }
    }
    const container = {
      name: 'app',
      image:
        'registry.example.com/bench@sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03',
      ports: [{ name: 'http', containerPort: 8080 }],
      envFrom: [{ configMapRef: { name } }],
      readinessProbe: { httpGet: { path: '/healthz', port: 'http' }, periodSeconds: 2 },
      resources: { requests: { cpu: '25m', memory: '64Mi' }, limits: { memory: '192Mi' } },
      securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
    }
    const template = { metadata: { labels }, spec: { containers: [container] } }
    const spec = { replicas: 0, selector: { matchLabels: labels }, template }
    return { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec }
  })
}

/** Where a server-side apply of one of them goes. */
export function pathOf({ apiVersion, kind, metadata }: KubernetesObject): string {
  const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`
  return `${root}/namespaces/${metadata.namespace ?? ''}/${kind.toLowerCase()}s/${metadata.name}`
}
