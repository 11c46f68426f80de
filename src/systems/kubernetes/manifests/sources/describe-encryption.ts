import { isMapping } from '../mapping.ts'
import { listAt, readMappings } from './read-mappings.ts'

export interface Encryption {
  /** Why the file cannot be decrypted here. */
  readonly problem: string | undefined
  /** Public keys of age. */
  readonly recipients: readonly string[]
}

/** Lists of keys in the metadata of SOPS that are asked for over the network, or from an agent of the machine's user. */
const otherKeys = ['kms', 'gcp_kms', 'azure_kv', 'hc_vault', 'hckms', 'pgp']

/** For whom a file of SOPS is encrypted, from the metadata of all its documents. Pure. */
export function describeEncryption(text: string): Encryption {
  const documents = readMappings(text)
  if (typeof documents === 'string') return { problem: documents, recipients: [] }
  const metadata = documents.map((each) => each.sops).filter(isMapping)
  if (metadata.length === 0) return { problem: 'has no metadata of SOPS', recipients: [] }
  const groups = metadata.flatMap((each) => [each, ...listAt(each, 'key_groups').filter(isMapping)])
  const others = otherKeys.filter((key) => groups.some((group) => listAt(group, key).length > 0))
  const recipients = groups.flatMap((group) =>
    listAt(group, 'age')
      .filter(isMapping)
      .map((each) => each.recipient)
      .filter((each) => typeof each === 'string'),
  )
  if (others.length > 0)
    return { problem: `is encrypted for ${others.join(', ')} too; only age keys are used`, recipients }
  if (recipients.length === 0) return { problem: 'is encrypted for no age key', recipients }
  return { problem: undefined, recipients: [...new Set(recipients)] }
}
