/** One secret as Vault gave it. The values are known to the redactor before a caller sees them. */
export interface VaultSecret {
  readonly path: string
  readonly values: Readonly<Record<string, string>>
  /** Set for dynamic secrets, which end with the run. */
  readonly leaseId: string | undefined
}

/** A login to Vault, for as short as possible. */
export interface VaultSession {
  /** Reads paths at the same time; KV 1 and 2 are told apart. @throws StagegateError E_VAULT_* */
  read(paths: readonly string[], signal: AbortSignal): Promise<readonly VaultSecret[]>
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
