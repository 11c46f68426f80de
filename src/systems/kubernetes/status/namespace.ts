import type { KubernetesObject } from '../kubernetes-object.ts'
import { done, type ObjectStatus, waiting, type World } from './status.ts'

/** A Namespace is done when it is active; one that is terminating takes nothing any more. */
export function judgeNamespace({ object }: World): ObjectStatus {
  const { phase } = (object as Namespace).status ?? {}
  return phase === 'Active' ? done('active') : waiting(phase ?? 'no phase yet')
}

interface Namespace extends KubernetesObject {
  readonly status?: { readonly phase?: string }
}
