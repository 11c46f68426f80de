import type { KubernetesObject } from './kubernetes-object.ts'

export interface AppliedObject {
  readonly object: KubernetesObject
  /** `recreated`: a Job, whose pods cannot be changed, was deleted and made anew. */
  readonly change: 'created' | 'changed' | 'recreated' | 'unchanged'
  /** What differs from before, for people: at most some 40 lines, no value of a Secret. */
  readonly diff: readonly string[]
}

/** What an apply did to an object, one that failed included. */
export interface WrittenObject extends Omit<AppliedObject, 'change'> {
  /**
   * `deleted`: it was to be made anew, and that failed. `uncertain`: its write was sent and never answered, so that it may
   * have had its effect.
   */
  readonly change: AppliedObject['change'] | 'deleted' | 'uncertain'
}
