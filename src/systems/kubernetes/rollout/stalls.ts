import { StagegateError } from '../../../errors/index.ts'
import type { RolloutEvidence, RolloutProgress } from '../rollout-contract.ts'
import { renderEvidence } from '../evidence/render-evidence.ts'
import { Ages } from './ages.ts'
import { findStall } from './find-stall.ts'
import type { Judged, Snapshot } from './judge-all.ts'

/**
 * A leader that died is replaced within half a minute. What lasts longer may still be a controller that has much to do and
 * is behind (seen: more than a minute), so that it is told and waited for. Milliseconds.
 */
const REMARKABLE = 60_000

export interface Stalled extends Judged {
  /** Who has not done what. */
  readonly why: string
  /** For how long nothing of it has moved. */
  readonly forMs: number
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
   * Those for which that has been so for a minute; each is told once.
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
    const lasting = stalls
      .map((each) => ({ ...each, forMs: this.#ages.of(each.key, now) }))
      .filter(({ forMs }) => forMs >= REMARKABLE)
    for (const { title, why, key } of lasting) {
      if (this.#told.has(key)) continue
      this.#told.add(key)
      const text = `nothing has moved for ${REMARKABLE / 1000} s: ${why}; are the controllers of the cluster down?`
      this.#say({ object: title, text })
    }
    return lasting
  }
}

/** The time was up while nobody acted: neither another wait nor other manifests would change that. */
export function noProgress(
  stalled: readonly Stalled[],
  evidence: readonly RolloutEvidence[],
): StagegateError {
  const [first] = stalled
  const others = stalled.length > 1 ? ` ${stalled.length} objects wait.` : ''
  const time = Math.round((first?.forMs ?? 0) / 1000)
  return new StagegateError('E_ROLLOUT_NO_PROGRESS', {
    message: `${first?.title ?? 'An object'}: nothing has moved for ${time} s, until the time was up: ${first?.why ?? ''}; are the controllers of the cluster down?${others}`,
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
