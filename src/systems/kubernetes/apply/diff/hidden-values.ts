import type { KubernetesObject } from '../../kubernetes-object.ts'

/** Stands in the place of every value that may be a secret. */
export const HIDDEN = '(hidden)'

/**
 * Which paths of an object are never shown. In a `Secret`, and in every kind that carries one (SealedSecret,
 * ExternalSecret, …), that is all data, encrypted or not, and all annotations: tools keep whole copies of an object there.
 */
export function createCurtain({
  kind,
}: KubernetesObject): (path: string, values: readonly unknown[]) => boolean {
  if (!/secret/i.test(kind)) return () => false
  return (path, values) =>
    // What comes or goes as a whole may have data somewhere below.
    values.some((value) => typeof value === 'object' && value !== null) ||
    /(?:^|[.\]])(?:data|stringData|binaryData|encryptedData|annotations)(?:$|[.[])/.test(path)
}
