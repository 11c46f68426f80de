import { extname } from 'node:path'

import { locate } from './locate.ts'
import { cutAtWord } from '../text/index.ts'

export interface Place {
  readonly file: string
  readonly line: number
}

const MAX_LINES = 200
const MAX_LINE = 1_000
/** What stands around a place: `(file:///a/b.js:5:47)`, `"a.py":3`. */
const separators = /[\s()[\]'"<>,;]/
const pathAndLine = /^((?:file:\/\/)?[^:]+):(\d{1,7})(?!\w)/
/** Extensions of source code; `example.com:443` is no place. */
const sourceExtensions: ReadonlySet<string> = new Set(
  (
    '.c .cc .cjs .clj .cpp .cs .cts .cxx .dart .ex .exs .fs .go .groovy .h .hpp .java .js .jsx .kt .kts .mjs .mts ' +
    '.php .py .rb .rs .scala .svelte .swift .ts .tsx .vb .vue'
  ).split(' '),
)

/** Whether a path ends like a file of source code. */
export function isSourcePath(path: string): boolean {
  return sourceExtensions.has(extname(path))
}

/**
 * The first place in the workspace that a stack or a test runner's text names, dependencies left aside.
 *
 * @param file when given, only lines of this file count
 */
export function findPlace(text: string, workspace: string, file?: string): Place | undefined {
  for (const line of text.split('\n', MAX_LINES)) {
    for (const word of cutAtWord(line, MAX_LINE).split(separators)) {
      const [, path, number] = pathAndLine.exec(word) ?? []
      if (path === undefined || !isSourcePath(path)) continue
      const place = locate(path, workspace)
      if (place === undefined || place.split('/').includes('node_modules')) continue
      if (file === undefined || file === place) return { file: place, line: Number(number) }
    }
  }
  return undefined
}
