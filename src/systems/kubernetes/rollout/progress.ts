import type { RolloutProgress } from '../rollout-contract.ts'
import { oneLine } from '../evidence/one-line.ts'
import type { Symptom } from '../status/status.ts'
import { identityOf, type Judged, type Snapshot } from './judge-all.ts'
import { Warnings } from './warnings.ts'

/** Changes of one object that are told as they come; later ones, of a large rollout, only so often. */
const PROMPT = 5
/** Milliseconds. */
const INTERVAL = 5_000

interface Told {
  text: string
  lines: number
  at: number
}

/**
 * What changes during a rollout, one line each: counts, signs of trouble that may still pass, warnings of the cluster. The
 * same trouble of many pods is one line.
 */
export class Progress {
  readonly #say: (progress: RolloutProgress) => void
  readonly #warnings = new Warnings()
  readonly #texts = new Map<string, Told>()
  /** Signs of trouble that were told. */
  readonly #told = new Set<string>()

  constructor(say: (progress: RolloutProgress) => void) {
    this.#say = say
  }

  /** @param now milliseconds of a monotonic clock */
  tell(judged: readonly Judged[], snapshot: Snapshot, now: number): void {
    for (const each of judged) {
      const { title: object, status } = each
      this.#tellText(each, now)
      // What is certain at once is the failure itself.
      const passing = status.symptoms.filter(({ graceMs }) => graceMs > 0)
      for (const [trouble, same] of Map.groupBy(passing, troubleOf)) {
        const key = `${identityOf(each)} ${trouble}`
        const [symptom] = same
        if (symptom === undefined || this.#told.has(key)) continue
        this.#told.add(key)
        this.#say({ object, text: renderTrouble(symptom, same.length - 1) })
      }
      for (const text of this.#warnings.take(each, snapshot)) this.#say({ object, text: `warning: ${text}` })
    }
  }

  /** The end is told at once; what was held back before it is no news any more. */
  #tellText(judged: Judged, now: number): void {
    const { done, text } = judged.status
    const key = identityOf(judged)
    const told = this.#texts.get(key) ?? { text: '', lines: 0, at: now }
    if (told.text === text) return
    if (!done && told.lines >= PROMPT && now - told.at < INTERVAL) return
    this.#texts.set(key, { text, lines: told.lines + 1, at: now })
    this.#say({ object: judged.title, text })
  }
}

/** The same for all pods of an object. */
function troubleOf({ key, pod, container = '' }: Symptom): string {
  const uid = pod?.metadata.uid
  return uid === undefined ? key : `${container} ${key.replace(uid, '')}`
}

/** `pod api-1 and 49 more, container api: ErrImagePull: … (fails the rollout if it lasts 22 s)` */
function renderTrouble({ pod, container, reason, text, graceMs }: Symptom, others: number): string {
  const more = others === 0 ? '' : ` and ${others} more`
  const place = container === undefined ? '' : `, container ${container}`
  const where = pod === undefined ? '' : `pod ${pod.metadata.name}${more}${place}: `
  const what = text.includes(reason) ? text : `${reason}: ${text}`
  const seconds = Math.round(graceMs / 1000)
  return `${where}${oneLine(what, 300)} (fails the rollout if it lasts ${seconds} s)`
}
