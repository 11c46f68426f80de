/** One secret as Vault gave it. The values are known to the redactor before a caller sees them. */
export interface VaultSecret {
  readonly path: string
  readonly values: Readonly<Record<string, string>>
  /** Set for dynamic secrets, which end with the run. */
  readonly leaseId: string | undefined
  /** Keys whose values are ordinary or public and so are not hidden, and why: `a short number`. */
  readonly notHidden?: readonly NotHidden[]
  /** What is to be said of its values, without any of them. */
  readonly warnings?: readonly string[]
}

export interface NotHidden {
  readonly key: string
  readonly why: string
}

/** A login to Vault, for as short as possible. */
export interface VaultSession {
  /**
   * Reads paths at the same time; KV 1 and 2 are told apart. The secrets come in the order of the paths; each path is read
   * once, however often it is named: two reads of a dynamic path would give two users of a database.
   *
   * @param publicKeys by path, the keys that are configuration and not secret
   * @throws StagegateError E_VAULT_*, E_SECRET_PUBLIC
   */
  read(
    paths: readonly string[],
    signal: AbortSignal,
    publicKeys?: ReadonlyMap<string, ReadonlySet<string>>,
  ): Promise<readonly VaultSecret[]>
  /**
   * Revokes every lease and the token. Never throws; says what could not be revoked. A signal that is aborted leaves it
   * 1.5 s all the same: this is the last chance.
   *
   * @param kept leases that must live on; with them lives the token that began them, until its own time is over
   */
  close(
    signal: AbortSignal,
    kept?: readonly string[],
  ): Promise<{ readonly revoked: boolean; readonly warning?: string }>
}

export interface Vault {
  /** Whether the inputs name a Vault. */
  readonly configured: boolean
  /**
   * Logs in with the run's OIDC token. A login whose answer is on its way when the signal is aborted is given back.
   *
   * @throws StagegateError E_OIDC_*, E_VAULT_*
   */
  open(signal: AbortSignal): Promise<VaultSession>
}
