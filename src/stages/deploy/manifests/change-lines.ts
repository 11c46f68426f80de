import type { WrittenObject } from '../../../systems/kubernetes/applied-object.ts'
import { changeWords } from '../../../systems/kubernetes/render-written.ts'

/** Of all objects together: a log is read to its end. */
const MAX_DIFF_LINES = 400

/** What became of each object of a set, with what differs; when there is much, only with how much. */
export class ChangeLines {
  #left = MAX_DIFF_LINES

  /** @param words what to say in the place of a change: `would be changed` */
  render(
    { object, change, diff }: WrittenObject,
    words: Readonly<Partial<Record<WrittenObject['change'], string>>> = {},
  ): readonly string[] {
    const title = `${object.kind} ${object.metadata.name}: ${words[change] ?? changeWords[change]}`
    if (diff.length === 0) return [title]
    if (diff.length > this.#left) return [`${title} (${diff.length} lines differ)`]
    this.#left -= diff.length
    return [title, ...diff.map((line) => `    ${line}`)]
  }
}
