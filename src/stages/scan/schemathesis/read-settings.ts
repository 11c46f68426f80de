import { dirname, join, relative } from 'node:path'

import { count, nameSome } from '../name-some.ts'
import type { ScannerSystems } from '../scanner.ts'
import type { StepContext } from '../../../pipeline/index.ts'
import { findSettings } from './find-settings.ts'

const NAME = 'schemathesis.toml'
const MAX_BYTES = 1024 * 1024

/**
 * Warns of settings of the repository that make the scan ask less or say less. The file is found as schemathesis finds it: in
 * the workspace, or in the nearest folder above it, up to that of the repository.
 *
 * @returns for the evidence: `schemathesis.toml has 2 settings that can hide findings`; undefined when there are none
 * @throws StagegateError E_PATH_OUTSIDE for a link that leads out of its folder
 */
export async function warnOfSettings(
  workspace: string,
  { files }: Pick<ScannerSystems, 'files'>,
  step: StepContext,
): Promise<string | undefined> {
  for (let folder = workspace; ; folder = dirname(folder)) {
    const text = await files.read(folder, NAME, { maxBytes: MAX_BYTES })
    if (text !== undefined) return warn(relative(workspace, join(folder, NAME)), findSettings(text), step)
    if (dirname(folder) === folder || (await files.isDirectory(join(folder, '.git')))) return undefined
  }
}

function warn(file: string, settings: readonly string[], step: StepContext): string | undefined {
  if (settings.length === 0) return undefined
  step.log.warn(
    `${file} has settings that can hide findings: ${nameSome(settings, 10)}. It is read, because headers and logins are in it.`,
  )
  return `${file} has ${count(settings.length, 'setting')} that can hide findings`
}
