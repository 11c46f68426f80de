/** An object as its JSON: nothing is known of its kind, nothing is dropped. */
export interface KubernetesObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
    readonly uid?: string
    readonly resourceVersion?: string
    readonly generation?: number
    readonly [field: string]: unknown
  }
  readonly [field: string]: unknown
}
