import type { Resolution } from './resolution.ts'
import { cut } from '../../text/index.ts'

/** Also part of image tags and labels, so it is kept to what they can hold. */
const VERSION = /^[0-9A-Za-z][0-9A-Za-z.+_-]{0,63}$/

export interface ResolvedVersion {
  readonly version: string
  readonly source: string
}

/** The version: the input, else what package.json says, else the tag, else the commit. */
export function resolveVersion(resolution: Resolution): ResolvedVersion {
  const { inputs, trigger, detected } = resolution
  const { version: inProject } = detected.project
  const candidates: readonly (ResolvedVersion | undefined)[] = [
    inputs.version === undefined ? undefined : { version: inputs.version, source: 'input version' },
    inProject.found ? { version: inProject.value, source: `detected: ${inProject.by}` } : undefined,
    trigger.tag === undefined
      ? undefined
      : { version: trigger.tag.replace(/^v(?=\d)/, ''), source: `tag ${trigger.tag}` },
  ]
  const chosen = candidates.find((each) => each !== undefined)
  const commit = { version: trigger.commit.slice(0, 12), source: 'commit, as no version was found' }
  if (chosen === undefined) return commit
  if (VERSION.test(chosen.version)) return chosen
  resolution.refuseInput(
    'version',
    `the version ${JSON.stringify(cut(chosen.version, 80))} (${chosen.source}) has characters that no image tag can hold; set this input`,
  )
  return commit
}
