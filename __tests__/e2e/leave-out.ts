import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseDocument } from 'yaml'

/** Turns steps of the sample off, such as `scan.dast`: for a test that is not about them, and need not wait for them. */
export function leaveOut(folder: string, ...steps: readonly string[]): void {
  const path = join(folder, '.github', 'stagegate.yml')
  const document = parseDocument(readFileSync(path, 'utf8'))
  for (const step of steps) document.setIn(step.split('.'), false)
  writeFileSync(path, document.toString({ lineWidth: 0 }))
}
