import { parse } from 'yaml'

export interface CustomKind {
  readonly group: string
  /** `Widget`; its resource is `widgets`. */
  readonly kind: string
  /** Of the object, as YAML. Default: anything. */
  readonly schema?: string
  /** Whether its status is written apart. */
  readonly hasStatus?: boolean
}

/** The definition of a namespaced kind of custom resources, as a document of its own (JSON, which is YAML). */
export function renderDefinition({ group, kind, schema, hasStatus = false }: CustomKind): string {
  const singular = kind.toLowerCase()
  const anything = '{ type: object, x-kubernetes-preserve-unknown-fields: true }'
  const version = {
    ...{ name: 'v1', served: true, storage: true },
    ...(hasStatus ? { subresources: { status: {} } } : {}),
    schema: { openAPIV3Schema: parse(schema ?? anything) as unknown },
  }
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${singular}s.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: `${singular}s`, singular, kind },
      versions: [version],
    },
  }
  return `${JSON.stringify(definition)}\n`
}
