export interface HostRecap {
  readonly host: string
  readonly ok: number
  readonly changed: number
  readonly failed: number
  readonly unreachable: number
  readonly skipped: number
}

export interface FailedTask {
  readonly host: string
  readonly task: string
  /** File and line of the task, relative to the checkout. */
  readonly path: string | undefined
  readonly message: string
}

/** A play that ran on no host, which Ansible itself counts as done. */
export interface EmptyPlay {
  readonly play: string
  /** The pattern of its `hosts` line. */
  readonly hosts: string
}

export interface PlaybookResult {
  readonly recap: readonly HostRecap[]
  readonly failedTasks: readonly FailedTask[]
  /** Plays whose groups are known and have no host. A play for a group that nothing defines is an error. */
  readonly emptyPlays: readonly EmptyPlay[]
}

/** ansible-playbook, with host keys verified and its result read from its own JSON. */
export interface Ansible {
  /** @throws StagegateError E_ANSIBLE_*, E_TOOL_MISSING */
  play(options: {
    /** Absolute folder; playbook and inventory are relative to it. */
    readonly folder: string
    readonly playbook: string
    readonly inventory: string
    /** `--check --diff`: says what would change, changes nothing. */
    readonly check: boolean
    readonly variables: Readonly<Record<string, unknown>>
    readonly temporary: string
    readonly signal: AbortSignal
    readonly onOutput: (chunk: Uint8Array) => void
  }): Promise<PlaybookResult>
}
