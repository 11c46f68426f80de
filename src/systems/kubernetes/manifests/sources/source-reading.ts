import type { Files } from '../../../runner/files.ts'
import type { Finished, Processes } from '../../../runner/processes.ts'
import type { Secrets } from '../../../runner/secrets.ts'
import type { Manifest, ManifestRequest } from '../../cluster.ts'

/** What the reader of a source works with. */
export interface SourceContext {
  readonly request: ManifestRequest
  readonly files: Files
  readonly processes: Processes
  readonly secrets: Secrets
}

/** What one source gave. */
export interface SourceReading {
  readonly manifests: readonly Manifest[]
  /** `k8s/api.yaml:12: …` */
  readonly problems: readonly string[]
  readonly notes: readonly string[]
  /** Characters of text. */
  readonly length: number
}

export function problemReading(...problems: readonly string[]): SourceReading {
  return { manifests: [], problems, notes: [], length: 0 }
}

/** What a tool said before it ended with an error, in one line, without the path of the checkout. */
export function complaintOf({ stderr, exitCode }: Finished, root: string): string {
  const lines = stderr
    .replaceAll(`${root}/`, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(?:level=(?:INFO|WARN)|WARNING:)/.test(line))
  const text = lines.slice(-5).join(' ').slice(0, 1_000)
  return text === '' ? `ended with exit code ${exitCode}` : text
}
