import type { FieldPath } from './manifest-set.ts'

/**
 * Whether a field is never shown whatever its file says. Of a `Secret`, and of every kind that carries one (SealedSecret,
 * ExternalSecret, …), that is all data, encrypted or not, and all annotations: tools keep whole copies of an object there.
 * Pure.
 */
export function isHiddenByKind(kind: string, path: FieldPath): boolean {
  return carriesSecret(kind) && path.some(isData)
}

export function carriesSecret(kind: string): boolean {
  return /secret/i.test(kind)
}

function isData(key: string | number): boolean {
  return /^(?:data|stringData|binaryData|encryptedData|annotations)$/.test(String(key))
}
