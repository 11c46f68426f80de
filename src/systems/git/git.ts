/** How two commits stand to each other. */
export interface CommitComparison {
  /** Commits that only the head has. */
  readonly ahead: number
  /** Commits that only the base has. */
  readonly behind: number
  /** The newest commit that both have; undefined where they have no history in common. */
  readonly mergeBase: string | undefined
  /** When the base was committed, ISO 8601; undefined where that is not known. */
  readonly baseCommittedAt: string | undefined
}

/** What a workspace holds, by Git's index. Paths are relative to the workspace, with `/`. */
export interface CheckoutFiles {
  /** Files that are in the commit, or staged; neither symbolic links nor submodules. */
  readonly tracked: readonly string[]
  readonly submodules: readonly string[]
  /** What is not tracked, ignored or not: files, and whole folders with a `/` at the end. */
  readonly untracked: readonly string[]
}

/** What the stages need of Git. Every ref and path is checked before it reaches an argument vector. */
export interface Git {
  /** @throws StagegateError E_CHECKOUT_NOT_GIT */
  headCommit(workspace: string, signal?: AbortSignal): Promise<string>
  /** The tree of a commit, 40 hex digits: two commits with the same tree have the same content. */
  tree(workspace: string, commit: string, signal?: AbortSignal): Promise<string>
  hasCommit(workspace: string, commit: string, signal?: AbortSignal): Promise<boolean>
  /** Fetches one commit by its SHA. @throws StagegateError E_CHECKOUT_COMMIT_MISSING */
  fetchCommit(workspace: string, commit: string, options: { readonly signal: AbortSignal }): Promise<void>
  /**
   * The commits of the branch and of the tag of a name on the remote `origin` now; undefined where it does not say, or the
   * name can be that of no ref.
   */
  refsNamed(
    workspace: string,
    name: string,
    signal: AbortSignal,
  ): Promise<{ readonly branch: string | undefined; readonly tag: string | undefined } | undefined>
  /** Makes the workspace the commit's content; refuses to overwrite changes. @throws StagegateError E_CHECKOUT_DIRTY */
  checkOut(workspace: string, commit: string, signal?: AbortSignal): Promise<void>
  /** Tracked files that differ from the commit, at most 20. */
  changedFiles(workspace: string, signal?: AbortSignal): Promise<readonly string[]>
  /**
   * What is in a folder of the checkout beside the commit's files, ignored or not: files, and folders (`dist/`) in which
   * nothing is of the commit. Relative to the folder.
   */
  untracked(folder: string, signal?: AbortSignal): Promise<readonly string[]>
  /** The absolute path of a file of ours in the repository's own folder, where no clean, commit or build sees it. */
  ownFile(workspace: string, name: string, signal?: AbortSignal): Promise<string>
  /** @throws StagegateError E_CHECKOUT_NOT_GIT */
  listFiles(workspace: string, signal?: AbortSignal): Promise<CheckoutFiles>
  /**
   * Files below the workspace that match pathspecs and that the commit in it changed, against its first parent;
   * undefined where the checkout does not have the parent.
   */
  changedInCommit(
    workspace: string,
    pathspecs: readonly string[],
    signal?: AbortSignal,
  ): Promise<readonly string[] | undefined>
  /** A file as the commit's first parent has it; undefined where it has none, or the parent is not there. */
  readAtParent(workspace: string, path: string, signal?: AbortSignal): Promise<string | undefined>
  /**
   * Tracked files below the workspace that hold a pointer of Git LFS in place of their content. Relative to the workspace.
   */
  lfsPointers(workspace: string, signal?: AbortSignal): Promise<readonly string[]>
  /** Names of settings, of the checkout, its submodules and this user, that hold a credential, which anything that runs in it can read. */
  keptCredentials(workspace: string, signal?: AbortSignal): Promise<readonly string[]>
  /**
   * How two commits stand to each other; undefined where the checkout does not have all of their history: a shallow one
   * says of nearly every commit that it is none of its ancestors.
   */
  compareCommits(
    workspace: string,
    base: string,
    head: string,
    signal?: AbortSignal,
  ): Promise<CommitComparison | undefined>
  /** Subject, author and time (ISO 8601, with offset) of a commit. */
  describe(
    workspace: string,
    commit: string,
    signal?: AbortSignal,
  ): Promise<{ readonly subject: string; readonly author: string; readonly committedAt: string }>
  /**
   * What a ref of another repository is now, without fetching it.
   *
   * @throws StagegateError E_CONFIG_GIT_UNAVAILABLE, E_CONFIG_GIT_ACCESS, E_CONFIG_REF_MISSING
   */
  resolveAt(options: {
    readonly repository: string
    readonly ref: string
    /** Absolute; Git runs in it and leaves nothing there. */
    readonly folder: string
    readonly signal: AbortSignal
  }): Promise<{ readonly commit: string }>
  /**
   * A shallow checkout of another repository at a ref, resolved once to a SHA.
   *
   * @throws StagegateError E_CONFIG_GIT_UNAVAILABLE, E_CONFIG_GIT_ACCESS, E_CONFIG_REF_MISSING
   */
  cloneAt(options: {
    /** `owner/name` on the server of the run, or an `https://` URL without credentials. */
    readonly repository: string
    /** A branch, a tag, a full ref name or a full SHA; a branch wins over a tag of the same name. */
    readonly ref: string
    /** Absolute; empty or not there yet. */
    readonly folder: string
    readonly signal: AbortSignal
  }): Promise<{ readonly commit: string }>
}
