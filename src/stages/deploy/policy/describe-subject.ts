import type { Subject } from '../../../findings/index.ts'
import type { Manifest } from '../../../systems/kubernetes/manifest-set.ts'

/**
 * An object as a finding names it, with the file that it is from: `k8s/api.yaml:12`, and without a line where it was
 * rendered or decrypted. Pure.
 *
 * @param isCheckout whether that file is one of the commit
 */
export function describeSubject({ object, source }: Manifest, isCheckout: boolean): Subject {
  const { name, namespace } = object.metadata
  const title = `${object.kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`
  if (!isCheckout) return { title }
  const plain = /^(.+):(\d+)$/.exec(source)
  if (plain !== null) return { title, file: plain[1] ?? '', line: Number(plain[2]) }
  const [, file] = /^(.+) \((?:rendered|decrypted), line \d+\)$/.exec(source) ?? []
  return file === undefined ? { title } : { title, file }
}
