import { createHash } from 'node:crypto'
import { strip } from '../../text/strip-end.ts'

/** What names in the cluster and the registry leave of a service's name, when ours are put behind it. Characters. */
const MAX = 40
/** Of the digest that tells two long names apart. Characters. */
const DIGEST = 7

/**
 * The name of a service whose configuration gives none, in the form that names in the cluster and the registry have: the
 * repository's, and for a service in a folder `<repository>-<folder>`, so that two services of one repository never
 * share an image, a lock and a record. Empty when the repository gives no name. Pure.
 *
 * @param folder of the service, from the root of the checkout; empty for the root itself
 */
export function serviceName(repository: string, folder: string): string {
  const parts = [repository.split('/')[1] ?? '', folder.split('/').at(-1) ?? '']
  const words = parts.map((part) => strip(part.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'), '-'))
  const name = words.filter((word) => word !== '').join('-')
  if (name.length <= MAX) return name
  // eslint-disable-next-line local/no-bare-cut -- the name of the repository, or of a folder
  if (folder === '') return strip(name.slice(0, MAX), '-')

  const digest = createHash('sha256').update(name).digest('hex').slice(0, DIGEST)
  // eslint-disable-next-line local/no-bare-cut -- the name of the repository, or of a folder
  return `${strip(name.slice(0, MAX - DIGEST - 1), '-')}-${digest}`
}
