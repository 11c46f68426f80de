import { renderDefinition } from './custom-kind.ts'
import type { TestbedCluster } from './testbed-cluster.ts'

/** A kind of custom resources that exists for one test file, with no controller but the test. */
export interface Gadgets {
  /** A gadget as YAML; another size is another specification. */
  gadget(name: string, annotations?: Readonly<Record<string, string>>, size?: number): string
  /** Writes the status of a gadget as its controller would. */
  report(name: string, status: object): Promise<void>
  /** Removes the kind. */
  remove(): Promise<void>
}

export async function defineGadgets(bed: TestbedCluster): Promise<Gadgets> {
  const { signal } = new AbortController()
  const group = `${bed.namespace}.example.com`
  await bed.apply(renderDefinition({ group, kind: 'Gadget', hasStatus: true }))
  return {
    gadget(name, annotations = {}, size = 1) {
      const metadata = { name, annotations }
      return JSON.stringify({ apiVersion: `${group}/v1`, kind: 'Gadget', metadata, spec: { size } })
    },
    report: (name, status) =>
      reportStatus(bed, `/apis/${group}/v1/namespaces/${bed.namespace}/gadgets/${name}`, status),
    remove() {
      const definition = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' }
      return bed.cluster.remove({ ...definition, name: `gadgets.${group}` }, signal)
    },
  }
}

/** Writes a status as the controller of the object would. */
export async function reportStatus({ client }: TestbedCluster, path: string, status: object): Promise<void> {
  await client.send({
    method: 'PATCH',
    path: `${path}/status`,
    contentType: 'application/merge-patch+json',
    body: { status },
    signal: new AbortController().signal,
    purpose: `write the status of ${path}`,
  })
}
