import type { RolloutProgress } from '../cluster.ts'
import { oneLine } from '../evidence/one-line.ts'
import type { Judged, Snapshot } from './judge-all.ts'
import { Warnings } from './warnings.ts'

/** What changes during a rollout, one line each: counts, signs of trouble that may still pass, warnings of the cluster. */
export class Progress {
  readonly #say: (progress: RolloutProgress) => void
  readonly #warnings = new Warnings()
  readonly #texts = new Map<string, string>()
  /** Signs of trouble that were told. */
  readonly #told = new Set<string>()

  constructor(say: (progress: RolloutProgress) => void) {
    this.#say = say
  }

  tell(judged: readonly Judged[], snapshot: Snapshot): void {
    for (const each of judged) {
      const { title: object, status } = each
      if (this.#texts.get(object) !== status.text) {
        this.#texts.set(object, status.text)
        this.#say({ object, text: status.text })
      }
      for (const { key, pod, container, reason, text, graceMs } of status.symptoms) {
        // What is certain at once is the failure itself.
        if (graceMs === 0 || this.#told.has(key)) continue
        this.#told.add(key)
        const where =
          pod === undefined
            ? ''
            : `pod ${pod.metadata.name}${container === undefined ? '' : `, container ${container}`}: `
        const what = text.includes(reason) ? text : `${reason}: ${text}`
        this.#say({
          object,
          text: `${where}${oneLine(what, 300)} (fails the rollout if it lasts ${Math.round(graceMs / 1000)} s)`,
        })
      }
      for (const text of this.#warnings.take(each, snapshot)) this.#say({ object, text: `warning: ${text}` })
    }
  }
}
