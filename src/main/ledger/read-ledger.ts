import type { Config } from '../../config/config.ts'
import { type StagegateError, toStagegateError } from '../../errors/index.ts'
import type { Ledger, LedgerEntry } from '../../pipeline/index.ts'
import type { GitHub, StoredRun } from '../../systems/github/github.ts'
import type { GithubPatience } from '../github-patience.ts'
import type { StageTools } from './stage-tools.ts'
import { type ClaimedPass, findOtherApps, judgePasses } from './judge-passes.ts'
import { EXTERNAL_ID_PREFIX, type LedgerSubject } from './subject.ts'
import { type LedgerForm, type LedgerReader, needsProof, type PassWriter, refuteWriter } from './trust.ts'

/** The stages whose passes count. `deploy` is never among them: it compares with the cluster. */
export const LEDGER_STAGES = ['build', 'test', 'scan', 'image'] as const

/** A commit has few runs; more than this many are not looked up, whatever its check runs name. */
const MAX_RUNS = 4

export interface LedgerParts {
  readonly github: GitHub | undefined
  readonly config: Config
  readonly subject: LedgerSubject
  readonly tools: StageTools
  readonly patience: GithubPatience
  /** Default: what the call was asked to do tells it, see `formOf`. */
  readonly form?: LedgerForm
  readonly warn: (text: string) => void
  readonly signal: AbortSignal
}

/**
 * The passes that earlier calls left for this commit. A ledger that cannot be read is an empty one: everything runs, and
 * the gates of a call that needs earlier passes stay closed.
 */
export async function readLedger(parts: LedgerParts): Promise<Ledger> {
  const { github, config, subject, warn, signal, patience } = parts
  if (github === undefined || config.selection.from === 'start') return new Map()
  const form = parts.form ?? formOf(config)
  // Asked while GitHub answers: a pass counts only with the tools that it was made with.
  for (const stage of LEDGER_STAGES) if (runsHere(stage, config)) parts.tools.of(stage).catch(() => undefined)
  const read = async (limited: AbortSignal): Promise<Ledger> => {
    const checks = await github.findChecks(config.trigger.headCommit, EXTERNAL_ID_PREFIX, limited)
    const claimed = judgePasses(checks, subject, config, LEDGER_STAGES)
    const others = findOtherApps(checks, subject)
    if (others.length > 0)
      warn(
        `Passes of this commit were written by ${others.join(', ')} and do not count: only those of a job's own token do. Leave github-token at its default.`,
      )
    return believe(claimed, { ...parts, form }, new RunBook(github, warn, limited))
  }
  try {
    // A call for some of the stages needs the passes of the others; elsewhere they only save time.
    return await (form.kind === 'steps' ? read(signal) : patience.ask(signal, read))
  } catch (thrown) {
    signal.throwIfAborted()
    warn(`Earlier passes cannot be read: ${toStagegateError(thrown).message}`)
    return new Map()
  }
}

/** A call that does everything is the only one of its workflow; one for some of the stages has others beside it. */
export function formOf({ selection, trigger }: Config): LedgerForm {
  return selection.stages === undefined ? { kind: 'one-job', job: trigger.run.job } : { kind: 'steps' }
}

function readerOf(config: Config, form: LedgerForm): LedgerReader {
  const { run, repository, headCommit } = config.trigger
  const { id, attempt, workflowPath } = run
  return { form, repository, headCommit, run: id, attempt, workflow: workflowPath }
}

async function believe(
  claimed: readonly ClaimedPass[],
  { config, form, tools, warn }: LedgerParts & { readonly form: LedgerForm },
  book: RunBook,
): Promise<Ledger> {
  const reader = readerOf(config, form)
  const ledger = new Map<string, LedgerEntry>()
  for (const { stage, entry, output } of claimed) {
    const { writer } = entry
    const from = `run ${writer.run}, attempt ${writer.attempt}`
    const proof = needsProof(writer, reader) ? await book.look(writer) : undefined
    if (proof === 'unreadable') continue
    const why =
      refuteWriter(stage, writer, reader, proof) ?? (await refuteTools(stage, entry.tools, config, tools))
    if (why === undefined) ledger.set(stage, { output, from })
    else warn(`The pass of ${stage} in ${from} does not count: ${why}.`)
  }
  return ledger
}

/**
 * A stage that this call would run itself runs again when a tool of this machine is another version than the one it
 * passed with. A stage that another job has run is judged by what that job had.
 */
async function refuteTools(
  stage: string,
  then: Readonly<Record<string, string>>,
  config: Config,
  tools: StageTools,
): Promise<string | undefined> {
  if (!runsHere(stage, config)) return undefined
  const now = await tools.of(stage)
  const changed = [...new Set([...Object.keys(then), ...Object.keys(now)])].find(
    (name) => then[name] !== now[name],
  )
  if (changed === undefined) return undefined
  return `${changed} was ${then[changed] ?? 'not used'}, and is ${now[changed] ?? 'not used'}`
}

function runsHere(stage: string, { selection }: Config): boolean {
  return selection.stages === undefined || selection.stages.includes(stage)
}

/** Looks runs up at GitHub, each once. */
class RunBook {
  readonly #github: GitHub
  readonly #warn: (text: string) => void
  readonly #signal: AbortSignal
  readonly #found = new Map<string, Promise<StoredRun | undefined | 'unreadable'>>()

  constructor(github: GitHub, warn: (text: string) => void, signal: AbortSignal) {
    this.#github = github
    this.#warn = warn
    this.#signal = signal
  }

  /** Undefined where GitHub knows no such run. */
  look({ run, attempt }: PassWriter): Promise<StoredRun | undefined | 'unreadable'> {
    const key = `${run}/${attempt}`
    const known = this.#found.get(key)
    if (known !== undefined) return known
    if (this.#found.size >= MAX_RUNS) return Promise.resolve(undefined)
    const asked = this.#github
      .findRun(run, attempt, this.#signal)
      .catch((thrown: unknown) => this.#unreadable(run, toStagegateError(thrown)))
    this.#found.set(key, asked)
    return asked
  }

  #unreadable(run: string, error: StagegateError): 'unreadable' {
    this.#signal.throwIfAborted()
    const next = error.code === 'E_GITHUB_PERMISSION' ? ` ${error.next}` : ''
    this.#warn(
      `What run ${run} passed does not count, because it cannot be looked up: ${error.message}${next}`,
    )
    return 'unreadable'
  }
}
