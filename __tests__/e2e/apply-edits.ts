import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Edit } from './failing-variants.ts'

/**
 * Changes files in a copy of the sample service.
 *
 * @throws Error when a text to be replaced is not in its file exactly once: the sample has moved on without its variant
 */
export async function applyEdits(folder: string, edits: readonly Edit[]): Promise<void> {
  for (const edit of edits) {
    const path = join(folder, edit.path)
    if ('content' in edit) {
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, edit.content, { flag: 'wx' })
    } else if ('append' in edit) {
      await readFile(path)
      await appendFile(path, edit.append)
    } else {
      const parts = (await readFile(path, 'utf8')).split(edit.replace.find)
      if (parts.length !== 2) {
        throw new Error(`${edit.path} has ${edit.replace.find} ${parts.length - 1} times, expected once`)
      }
      await writeFile(path, parts.join(edit.replace.with))
    }
  }
}
