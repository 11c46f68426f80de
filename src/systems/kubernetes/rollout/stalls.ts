import { StagegateError } from '../../../errors/index.ts'
import type { RolloutEvidence, RolloutProgress } from '../cluster.ts'
import { renderEvidence } from '../evidence/render-evidence.ts'
import { Ages } from './ages.ts'
import { findStall } from './find-stall.ts'
import type { Judged, Snapshot } from './judge-all.ts'

/** A leader that died is replaced within half a minute; what lasts longer does not pass by itself. Milliseconds. */
const CERTAIN = 60_000
/** Worth a line in the log. Milliseconds. */
const REMARKABLE = 15_000

export interface Stalled extends Judged {
  /** Who has not done what. */
  readonly why: string
}

/** Objects that nobody in the cluster acts on, and for how long that has been so. */
export class Stalls {
  readonly #ages = new Ages()
  readonly #told = new Set<string>()
  readonly #say: (progress: RolloutProgress) => void

  constructor(say: (progress: RolloutProgress) => void) {
    this.#say = say
  }

  /**
   * Those of which it is certain now.
   *
   * @param answers whether the API answers: while it does not, nothing is known of anybody
   */
  find(judged: readonly Judged[], snapshot: Snapshot, answers: boolean, now: number): readonly Stalled[] {
    const stalls = answers
      ? judged.flatMap((each) => {
          const stall = findStall(each, snapshot)
          return stall === undefined ? [] : [{ ...each, why: stall.text, key: stall.key }]
        })
      : []
    this.#ages.update(
      stalls.map(({ key }) => key),
      now,
    )
    for (const { title, why, key } of stalls) {
      if (this.#ages.of(key, now) < REMARKABLE || this.#told.has(key)) continue
      this.#told.add(key)
      this.#say({ object: title, text: `${why} (ends the rollout if it lasts ${CERTAIN / 1000} s)` })
    }
    return stalls.filter(({ key }) => this.#ages.of(key, now) >= CERTAIN)
  }
}

/** Nobody acts: neither waiting nor other manifests would change that. */
export function noProgress(
  stalled: readonly Stalled[],
  evidence: readonly RolloutEvidence[],
): StagegateError {
  const [first] = stalled
  const others = stalled.length > 1 ? ` ${stalled.length} objects wait.` : ''
  return new StagegateError('E_ROLLOUT_NO_PROGRESS', {
    message: `${first?.title ?? 'An object'}: nothing has moved for ${CERTAIN / 1000} s: ${first?.why ?? ''}; are the controllers of the cluster down?${others}`,
    evidence: [
      ...stalled.slice(1, 10).map(({ title, why }) => `${title}: ${why}`),
      ...renderEvidence(evidence),
    ],
  })
}

/**
 * The time was up while the API did not answer: how it went on is not known, and nothing can be asked.
 *
 * @param awayMs for how long it has not answered
 */
export function unavailable(waiting: readonly Judged[], awayMs: number): StagegateError {
  return new StagegateError('E_KUBE_UNAVAILABLE_DURING_ROLLOUT', {
    message: `The Kubernetes API has not answered for ${Math.round(awayMs / 1000)} s, and the time for the rollout is up.`,
    evidence: waiting
      .slice(0, 20)
      .map(({ title, status }) => `${title}, when it was last seen: ${status.text}`),
  })
}
