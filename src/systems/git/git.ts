/** What the stages need of Git. Every ref and path is checked before it reaches an argument vector. */
export interface Git {
  /** @throws StagegateError E_CHECKOUT_NOT_GIT */
  headCommit(workspace: string): Promise<string>
  /** The tree of a commit, 40 hex digits: two commits with the same tree have the same content. */
  tree(workspace: string, commit: string): Promise<string>
  hasCommit(workspace: string, commit: string): Promise<boolean>
  /** Fetches one commit by its SHA. @throws StagegateError E_CHECKOUT_COMMIT_MISSING */
  fetchCommit(workspace: string, commit: string, options: { readonly signal: AbortSignal }): Promise<void>
  /** Makes the workspace the commit's content; refuses to overwrite changes. */
  checkOut(workspace: string, commit: string): Promise<void>
  /** Tracked files that differ from the commit, at most 20. */
  changedFiles(workspace: string): Promise<readonly string[]>
  /** Subject, author and time of a commit. */
  describe(
    workspace: string,
    commit: string,
  ): Promise<{ readonly subject: string; readonly author: string; readonly committedAt: string }>
  /**
   * A shallow checkout of another repository at a ref, resolved once to a SHA.
   *
   * @throws StagegateError E_CONFIG_GIT_UNAVAILABLE, E_CONFIG_GIT_ACCESS, E_CONFIG_REF_MISSING
   */
  cloneAt(options: {
    readonly repository: string
    readonly ref: string
    readonly folder: string
    readonly signal: AbortSignal
  }): Promise<{ readonly commit: string }>
}
