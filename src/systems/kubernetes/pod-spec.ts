import type { KubernetesObject } from './kubernetes-object.ts'

export type PodSpec = Readonly<Record<string, unknown>>

/** Where a pod's specification is in kinds of Kubernetes itself; custom resources that have one keep it in a template. */
const paths: Readonly<Record<string, readonly string[]>> = {
  Pod: ['spec'],
  PodTemplate: ['template', 'spec'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
}

const templatePath = ['spec', 'template', 'spec']

/** The specification of the pods that an object makes (`spec.template.spec` and its like); undefined when it makes none. */
export function podSpecOf(object: KubernetesObject): PodSpec | undefined {
  let value: unknown = object
  for (const field of paths[object.kind] ?? templatePath) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as PodSpec)[field]
  }
  if (typeof value !== 'object' || value === null) return undefined
  return Array.isArray((value as PodSpec).containers) ? (value as PodSpec) : undefined
}
