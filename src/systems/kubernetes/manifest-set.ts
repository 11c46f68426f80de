import type { Cluster } from './cluster.ts'
import type { KubernetesObject } from './kubernetes-object.ts'

/** Keys that lead to a field; a number stands for every entry of a list, since entries move. */
export type FieldPath = readonly (string | number)[]

/** An object of a file, with where it stands. */
export interface Manifest {
  readonly object: KubernetesObject
  /** `k8s/deployment.yaml:1` */
  readonly source: string
  /** Fields that are encrypted in the file, or were: what they hold, now and in the cluster, is never shown. */
  readonly hidden?: readonly FieldPath[]
}

/** Where manifests are, relative to the root of the deployment's files. */
export type ManifestSource =
  /** A file, a glob, a folder of files, of a kustomization or of a chart: what is there decides. */
  | { readonly kind: 'path'; readonly path: string }
  | {
      readonly kind: 'chart'
      readonly path: string
      readonly release: string | undefined
      /** Files of values, a later one before an earlier one. */
      readonly values: readonly string[]
      /** What becomes of hooks, which only Helm itself can run; tests are always left out. */
      readonly hooks: 'refuse' | 'leave-out'
    }

/** What manifests may be about; undefined: anything. */
export interface ManifestLimits {
  readonly namespaces: readonly string[] | undefined
  /** `ConfigMap` of Kubernetes itself, `cert-manager.io/Certificate`, or `cert-manager.io/*`. */
  readonly kinds: readonly string[] | undefined
}

export interface ManifestRequest {
  /** Absolute; nothing outside of it is read. */
  readonly root: string
  readonly sources: readonly ManifestSource[]
  /** Where objects go that name none. */
  readonly namespace: string
  /** The release of charts that name none. */
  readonly release: string
  readonly allow: ManifestLimits
  /** Identities of age, beside the one of the inputs. */
  readonly ageKeys: readonly string[]
  /** What becomes of an encrypted file when there is no key. */
  readonly encrypted: 'refuse' | 'leave-out'
  /** For charts: what the cluster is. */
  readonly cluster: Pick<Cluster, 'version' | 'apiVersions'>
  readonly signal: AbortSignal
}

/** The objects of all sources, checked. */
export interface ManifestSet {
  readonly manifests: readonly Manifest[]
  /** What was left out, and why; nothing secret. */
  readonly notes: readonly string[]
}
