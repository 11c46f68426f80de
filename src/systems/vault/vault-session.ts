import { StagegateError } from '../../errors/index.ts'
import { withGrace } from '../clock/grace.ts'
import type { Secrets } from '../runner/secrets.ts'
import type { NotHidden, VaultSecret, VaultSession } from './vault.ts'
import { createVaultClient, type VaultAnswer, type VaultConnection } from './vault-client.ts'
import { readRefusal, toObject, toVaultError } from './vault-error.ts'
import { encodePath, planRead, type ReadPlan } from './vault-path.ts'

export interface SessionToken {
  readonly token: string
  /** Names the token without being it; undefined for a token that was given. */
  readonly accessor: string | undefined
  /** Seconds from the login on. */
  readonly ttl: number | undefined
  /** Whether it is ours to revoke: a token that somebody gave us is not. */
  readonly revocable: boolean
}

/** At the end of a run there is little time: 2 attempts of 3 s. */
const CLOSING = { attempts: 2, attemptMs: 3000, totalMs: 6000, firstDelayMs: 250, maxDelayMs: 500 }

/** After an abort. Milliseconds. */
const LAST_CHANCE_MS = 1_500

export function openSession(
  connection: VaultConnection,
  secrets: Secrets,
  login: SessionToken,
): VaultSession {
  const { token } = login
  /** Every lease that a read of this session began, also of one beside which another failed. */
  const leases = new Set<string>()

  async function readOne(
    path: string,
    signal: AbortSignal,
    publicKeys: ReadonlySet<string> | undefined,
  ): Promise<VaultSecret> {
    const client = createVaultClient(connection, signal)
    const fail = (thrown: unknown): Error => toVaultError(thrown, connection.url, `read ${path}`, signal)
    const plan = await planFor(path, signal)
    const answer = await client.read(token, plan.path).catch((thrown: unknown) => {
      throw fail(thrown)
    })
    const leaseId =
      typeof answer.lease_id === 'string' && answer.lease_id !== '' ? answer.lease_id : undefined
    if (leaseId !== undefined) leases.add(leaseId)
    const values = readValues(answer, plan, path)
    return { path, values, leaseId, ...register(path, values, publicKeys) }
  }

  /** Tells the redactor what is secret of it, and gives back what is to be said of the rest. */
  function register(
    path: string,
    values: Readonly<Record<string, string>>,
    publicKeys: ReadonlySet<string> | undefined,
  ): Pick<VaultSecret, 'notHidden' | 'warnings'> {
    const notHidden: NotHidden[] = []
    const warnings: string[] = []
    for (const [key, value] of Object.entries(values)) {
      if (value === '' || publicKeys?.has(key) === true) continue
      secrets.add(value, {
        place: path,
        key,
        onShown: (why) => notHidden.push({ key, why }),
        onWarning: (text) => warnings.push(text),
      })
    }
    return {
      ...(notHidden.length === 0 ? {} : { notHidden }),
      ...(warnings.length === 0 ? {} : { warnings }),
    }
  }

  /** Vault knows what is mounted where; a policy that hides it leaves the guess that version 2 is usual. */
  async function planFor(path: string, signal: AbortSignal): Promise<ReadPlan> {
    const encoded = encodePath(path)
    const client = createVaultClient(connection, signal)
    let mounted: Readonly<Record<string, unknown>>
    try {
      const answer = await client.read(token, `sys/internal/ui/mounts/${encoded}`)
      mounted = toObject(answer.data)
    } catch (thrown) {
      const status = readRefusal(thrown)?.status
      if (status !== 403 && status !== 404) {
        throw toVaultError(thrown, connection.url, `say what is mounted at ${path}`, signal)
      }
      const guess = planRead(path, path.split('/')[0] ?? '', true)
      const readable = await client.read(token, guess.path).then(
        () => true,
        () => false,
      )
      return readable ? guess : { path: encoded, versioned: false }
    }
    const version = toObject(mounted.options).version
    const mount = typeof mounted.path === 'string' ? mounted.path : ''
    return mounted.type === 'kv' && mount !== ''
      ? planRead(path, mount, version === '2')
      : { path: encoded, versioned: false }
  }

  return {
    async read(paths, signal, publicKeys) {
      const reading = new Map<string, Promise<VaultSecret>>()
      const read = (path: string): Promise<VaultSecret> => {
        const begun = reading.get(path) ?? readOne(path, signal, publicKeys?.get(path))
        reading.set(path, begun)
        return begun
      }
      const settled = await Promise.allSettled(paths.map(read))
      const failed = settled.find((each) => each.status === 'rejected')
      if (failed !== undefined) throw failed.reason
      return settled.filter((each) => each.status === 'fulfilled').map((each) => each.value)
    },

    async close(signal, kept = []) {
      const client = createVaultClient(connection, withGrace(signal, LAST_CHANCE_MS), CLOSING)
      const ending = [...leases].filter((lease) => !kept.includes(lease))
      const attempts = await Promise.allSettled(ending.map((lease) => client.revokeLease(token, lease)))
      const left = attempts.filter((each) => each.status === 'rejected').length
      if (!login.revocable) {
        return left === 0
          ? { revoked: true }
          : { revoked: false, warning: `${left} leases of dynamic secrets could not be revoked in Vault.` }
      }
      const ends = login.ttl === undefined ? '' : ` It ends by itself ${login.ttl} s after the login.`
      const named = login.accessor === undefined ? '' : ` (accessor ${login.accessor})`
      if (kept.length > 0) {
        const warning = `The Vault token${named} is left for ${kept.length === 1 ? 'a lease' : `${kept.length} leases`} that must live on.${ends}`
        return { revoked: false, warning }
      }
      try {
        // With the token end all leases that it began, also those whose own end was not allowed.
        await client.revokeSelf(token)
        return { revoked: true }
      } catch (thrown) {
        const error = toVaultError(thrown, connection.url, 'revoke the token', signal)
        return {
          revoked: false,
          warning: `The Vault token${named} could not be revoked: ${error.message}${ends}`,
        }
      }
    },
  }
}

function readValues(answer: VaultAnswer, plan: ReadPlan, path: string): Readonly<Record<string, string>> {
  const outer = toObject(answer.data)
  const found = plan.versioned ? outer.data : answer.data
  if (typeof found !== 'object' || found === null || Array.isArray(found)) {
    throw new StagegateError('E_VAULT_PROTOCOL', {
      message: `Vault's answer for ${path} holds no secret.`,
    })
  }
  return Object.fromEntries(
    Object.entries(found).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  )
}
