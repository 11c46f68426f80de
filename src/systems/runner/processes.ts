/** A child process to run: an argument vector, never a text for a shell. */
export interface Command {
  readonly argv: readonly [string, ...string[]]
  /** Absolute. */
  readonly cwd: string
  /** The whole environment of the child, see `Processes.environment`. */
  readonly env: Readonly<Record<string, string>>
  /** Written to the child's standard input, which is closed after it; without it the child reads an empty one. */
  readonly input?: string
  /** Ends the child: SIGTERM to its process group, SIGKILL after `graceMs`. */
  readonly signal: AbortSignal
  /** Milliseconds between SIGTERM and SIGKILL. Default 3000. */
  readonly graceMs?: number
  /** Gets each chunk of standard output and standard error as it arrives. */
  readonly onOutput?: (chunk: Uint8Array, stream: 'stdout' | 'stderr') => void
  /** How many bytes of each stream are kept for the result; the middle is dropped. Default 1 MiB. */
  readonly keepBytes?: number
}

export interface Finished {
  /** 128 + n for a child that signal n ended. */
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
  readonly durationMs: number
}

export interface RunningChild {
  readonly pid: number
  readonly finished: Promise<Finished>
  /** SIGTERM to the group, SIGKILL after the grace; resolves when the whole group is gone. */
  end(): Promise<Finished>
}

/** Child processes, each in a process group of its own. */
export interface Processes {
  /**
   * Runs a command to its end; the exit code alone says how it went, and is the caller's to judge.
   *
   * @throws StagegateError E_COMMAND_NOT_FOUND when it cannot be started; the signal's reason when it is aborted
   */
  run(command: Command): Promise<Finished>
  /** Starts a command that goes on beside the run, such as a service to be scanned. */
  start(command: Command): Promise<RunningChild>
  /** Absolute path of a tool on the PATH, or undefined. */
  find(tool: string): Promise<string | undefined>
  /**
   * The environment for a child. `foreign` is for anything that the commit brings (build, test, scan, Dockerfile):
   * without credentials, OIDC variables, runner file commands and inputs. `own` is for tools that Stagegate itself
   * drives (git, docker push, ansible): foreign, plus what is given in `extra`.
   */
  environment(kind: 'foreign' | 'own', extra?: Readonly<Record<string, string>>): Record<string, string>
  /** Children of foreign commands that are still alive though their step has ended. */
  survivors(): Promise<readonly { readonly pid: number; readonly command: string }[]>
}
