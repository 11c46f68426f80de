import type { Files } from '../../../runner/files.ts'
import type { Finished, Processes } from '../../../runner/processes.ts'
import type { Secrets } from '../../../runner/secrets.ts'
import type { Manifest, ManifestRequest } from '../../manifest-set.ts'
import type { Budget } from '../budget.ts'
import { type FindHidden, type ParsedManifests, parseManifests, type Place } from '../parse-manifests.ts'
import { cut } from '../../../../text/index.ts'

/** What the reader of a source works with. */
export interface SourceContext {
  readonly request: ManifestRequest
  readonly files: Files
  readonly processes: Processes
  readonly secrets: Secrets
}

/** The same, with what all sources share. */
export interface ReadingContext extends SourceContext {
  readonly budget: Budget
}

/** What one source gave. */
export interface SourceReading {
  readonly manifests: readonly Manifest[]
  /** `k8s/api.yaml:12: …` */
  readonly problems: readonly string[]
  readonly notes: readonly string[]
}

export function problemReading(...problems: readonly string[]): SourceReading {
  return { manifests: [], problems, notes: [] }
}

/** The manifests of a text, within what all sources share; none when that is used up. */
export function parseWithin(
  budget: Budget,
  text: string,
  place: string | Place,
  findHidden?: FindHidden,
): ParsedManifests {
  if (!budget.takeText(text.length)) return { manifests: [], problems: [] }
  const parsed = parseManifests(text, place, findHidden)
  budget.takeObjects(parsed.manifests.length)
  return parsed
}

/** What a tool said before it ended with an error, in one line, without the path of the checkout. */
export function complaintOf({ stderr, exitCode }: Finished, root: string): string {
  const lines = stderr
    .replaceAll(`${root}/`, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(?:level=(?:INFO|WARN)|WARNING:)/.test(line))
  const text = cut(lines.slice(-5).join(' '), 1_000)
  return text === '' ? `ended with exit code ${exitCode}` : text
}
