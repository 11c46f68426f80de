import type { TestbedCluster } from '../testbed-cluster.ts'
import type { GeneratedKind } from './arbitrary-object.ts'
import { renderDefinition } from '../custom-kind.ts'

/** A kind of custom resources with what the server's own kinds have little of: any text, any number, anything. */
export interface Widgets {
  readonly kind: GeneratedKind
  remove(): Promise<void>
}

const schema = `
type: object
required: [spec]
properties:
  spec:
    type: object
    required: [text, ratio]
    properties:
      text: { type: string }
      texts: { type: array, items: { type: string } }
      words: { type: object, additionalProperties: { type: string } }
      ratio: { type: number }
      ratios: { type: array, items: { type: number, format: double } }
      shares: { type: object, additionalProperties: { type: number } }
      count: { type: integer }
      far: { type: integer, format: int64 }
      any: { type: object, x-kubernetes-preserve-unknown-fields: true }
`

export async function defineWidgets(bed: TestbedCluster): Promise<Widgets> {
  // One for both sides: not the name of a namespace, which is taken out of what is compared.
  const group = `${bed.namespace.replace('test-', '')}.example.org`
  const name = `widgets.${group}`
  await bed.apply(renderDefinition({ group, kind: 'Widget', schema }))
  return {
    kind: {
      apiVersion: `${group}/v1`,
      kind: 'Widget',
      schema: `${group.split('.').reverse().join('.')}.v1.Widget`,
      plural: name,
      isWide: false,
    },
    remove() {
      const definition = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' }
      return bed.cluster.remove({ ...definition, name }, new AbortController().signal)
    },
  }
}
