import type { Api } from './api.ts'
import { type ApiCheckRun, listChecks } from './find-checks.ts'

/** A check run that is there already. */
export interface KnownCheck {
  readonly id: number
  readonly externalId: string
  readonly annotations: number
}

/**
 * The check runs of a commit, asked for once in a run, so that its stages need not each ask again: the attempts of a run
 * follow one another, and this call itself knows what it adds.
 */
export class KnownChecks {
  readonly #api: Api
  readonly #byCommit = new Map<string, KnownCheck[]>()
  readonly #excluded = new Set<number>()

  constructor(api: Api) {
    this.#api = api
  }

  /** Asks anew. */
  async list(commit: string, signal: AbortSignal): Promise<readonly ApiCheckRun[]> {
    const runs = await listChecks(this.#api, commit, signal)
    const known = runs.map(({ id, external_id, output }) => ({
      id,
      externalId: external_id ?? '',
      annotations: output.annotations_count,
    }))
    this.#byCommit.set(commit, known)
    return runs
  }

  async find(commit: string, externalId: string, signal: AbortSignal): Promise<KnownCheck | undefined> {
    if (!this.#byCommit.has(commit)) await this.list(commit, signal)
    return this.#byCommit
      .get(commit)
      ?.find((each) => each.externalId === externalId && !this.#excluded.has(each.id))
  }

  /** In place of what was known of it before. */
  set(commit: string, check: KnownCheck): void {
    const others = (this.#byCommit.get(commit) ?? []).filter((each) => each.id !== check.id)
    this.#byCommit.set(commit, [...others, check])
  }

  /** It is another app's, or was deleted: it is not found again. */
  exclude(id: number): void {
    this.#excluded.add(id)
  }
}
