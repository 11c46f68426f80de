import type { SecretSettings } from '../../../config/config.ts'
import { StagegateError } from '../../../errors/index.ts'
import type { StepContext } from '../../../pipeline/index.ts'
import { isBookkeepingName } from '../../../systems/kubernetes/bookkeeping.ts'
import type { KubernetesObject } from '../../../systems/kubernetes/kubernetes-object.ts'
import type { VaultSecret } from '../../../systems/vault/vault.ts'
import type { Deployment } from '../deployment.ts'
import { publicKeysOf, sayWhatWasRead } from './say-what-was-read.ts'

/** What `deploy.secrets` read, in memory only, by where it goes. */
export interface Secrets {
  /** Secret objects to apply with the manifests. */
  readonly objects: readonly KubernetesObject[]
  /** Step → variables of that step. */
  readonly variables: ReadonlyMap<string, Readonly<Record<string, string>>>
  /** Step → leases of Vault that its variables live by. */
  readonly leases: ReadonlyMap<string, readonly string[]>
  /** Identities of age, for files of SOPS. */
  readonly ageKeys: readonly string[]
}

export const noSecrets: Secrets = { objects: [], variables: new Map(), leases: new Map(), ageKeys: [] }

/** Reads every configured path at the same time, and sorts the values by destination. */
export async function readSecrets(deployment: Deployment, step: StepContext): Promise<Secrets> {
  const { settings, vault } = deployment
  if (!settings.secrets.configured || vault === undefined) return noSecrets
  const { entries } = settings.secrets
  const publicKeys = publicKeysOf(entries)
  const read = await vault.read(
    entries.map((each) => each.path),
    step.signal,
    publicKeys,
  )
  const paths = new Map(read.map((secret) => [secret.path, secret]))
  for (const secret of paths.values()) sayWhatWasRead(secret, publicKeys.get(secret.path), step.log)
  step.fact('secrets', `${paths.size} ${paths.size === 1 ? 'path' : 'paths'}`)
  return sortSecrets(entries, read, settings.namespace)
}

/** Pure: the values by destination. @throws StagegateError E_VAULT_SECRET_MISSING, E_SECRET_DESTINATION */
export function sortSecrets(
  entries: readonly SecretSettings[],
  read: readonly VaultSecret[],
  namespace: string,
): Secrets {
  const objects = new Map<string, Record<string, string>>()
  const first = new Map<string, SecretSettings>()
  const variables = new Map<string, Record<string, string>>()
  const leases = new Map<string, readonly string[]>()
  const ageKeys: string[] = []
  entries.forEach((entry, index) => {
    const secret = read[index]
    if (secret === undefined) throw new Error(`no answer for ${entry.path}`)
    const { to } = entry
    if (to.kind === 'kubernetes') {
      if (secret.leaseId !== undefined) {
        throw new StagegateError('E_SECRET_DESTINATION', {
          message: `${entry.path} is leased and revoked at the end of the run; it cannot go into the Secret ${to.secret}.`,
          evidence: [`configured at ${entry.source}`],
          next: 'Let an operator in the cluster (External Secrets, Vault Secrets Operator) keep leased secrets.',
        })
      }
      if (isBookkeepingName(to.secret)) {
        throw new StagegateError('E_SECRET_DESTINATION', {
          message: `${entry.path} cannot go into the Secret ${to.secret}: that name is for our own bookkeeping.`,
          evidence: [`configured at ${entry.source}`],
        })
      }
      for (const key of Object.keys(secret.values)) refuseSharedKey(key, to.secret, entry, first)
      objects.set(to.secret, { ...objects.get(to.secret), ...secret.values })
      return
    }
    if (to.kind === 'sops') {
      ageKeys.push(valueOf(secret, to.key, entry))
      return
    }
    const values = Object.entries(to.names).map(([key, name]) => [name, valueOf(secret, key, entry)] as const)
    for (const step of to.steps) {
      variables.set(step, { ...variables.get(step), ...Object.fromEntries(values) })
      if (secret.leaseId !== undefined)
        leases.set(step, [...new Set([...(leases.get(step) ?? []), secret.leaseId])])
    }
  })
  return {
    objects: [...objects].map(([name, values]) => secretObject(name, namespace, values)),
    variables,
    leases,
    ageKeys,
  }
}

/** A key of a Secret has one value: of two paths that have it, the order in the file would decide. */
function refuseSharedKey(
  key: string,
  name: string,
  entry: SecretSettings,
  first: Map<string, SecretSettings>,
): void {
  const other = first.get(`${name} ${key}`) ?? entry
  first.set(`${name} ${key}`, other)
  if (other.path === entry.path) return
  throw new StagegateError('E_SECRET_DESTINATION', {
    message: `${other.path} and ${entry.path} both have the key "${key}" for the Secret ${name}: only one value can be in it.`,
    evidence: [`configured at ${other.source} and at ${entry.source}`],
    state: 'Nothing was applied.',
    next: 'Rename the key in one of the paths, or let them go into two Secrets.',
  })
}

function valueOf(secret: VaultSecret, key: string, entry: SecretSettings): string {
  const value = secret.values[key]
  if (value !== undefined) return value
  throw new StagegateError('E_VAULT_SECRET_MISSING', {
    message: `${entry.path} has no key "${key}"; it has: ${Object.keys(secret.values).join(', ')}.`,
    evidence: [`configured at ${entry.source}`],
  })
}

function secretObject(
  name: string,
  namespace: string,
  values: Readonly<Record<string, string>>,
): KubernetesObject {
  const encoded = Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')])
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace },
    type: 'Opaque',
    data: Object.fromEntries(encoded) as Record<string, string>,
  }
}
