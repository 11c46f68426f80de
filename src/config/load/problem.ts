import { cut, hideLogins } from '../../text/index.ts'

/** Something wrong in a configuration file. */
export interface Problem {
  /** From 1. */
  readonly line: number
  /** What was found, and what is allowed. */
  readonly text: string
}

/** Keys and positions that lead to a value: `['deploy', 'smoke', 0, 'url']`. */
export type ValuePath = readonly (string | number)[]

/** A path as people write it: `deploy.smoke[0].url`. */
export function renderPath(path: ValuePath): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`
    const plain = /^[\w-]{1,60}$/.test(key) ? key : JSON.stringify(cut(hideLogins(key), 60))
    return text === '' ? plain : `${text}.${plain}`
  }, '')
}
