import { posix } from 'node:path'
import type { Finding } from '../findings/index.ts'
import type { StageResult } from '../pipeline/index.ts'
import { findingsOf } from '../report/kept.ts'
import { MAX_ANNOTATIONS } from '../systems/github/check-annotations.ts'
import type { Annotation } from '../systems/github/github.ts'

/** Where the findings' files are. */
export interface FileRoot {
  /** Absolute path of the service's folder, which findings are relative to. */
  readonly workspace: string
  /** The same from the root of the checkout, which GitHub's paths begin at. */
  readonly folder: string
}

/** The findings of a stage that have a line in the checkout, worst first. */
export function annotationsOf(stage: StageResult, root: FileRoot): readonly Annotation[] {
  return findingsOf([stage]).flatMap((finding) => {
    const path = finding.file === undefined ? undefined : pathInCheckout(finding.file, root)
    if (path === undefined) return []
    const line = finding.line ?? 1
    return [
      {
        path,
        startLine: line,
        endLine: Math.max(line, finding.endLine ?? line),
        ...(finding.column === undefined ? {} : { startColumn: finding.column }),
        level: levelOf(finding.severity),
        title: `${finding.tool}: ${finding.rule}`,
        message: finding.message,
      },
    ]
  })
}

/** What a check run cannot show, and where it is; empty when it shows everything. */
export function renderRest(count: number): string {
  if (count <= MAX_ANNOTATIONS) return ''
  return `The worst ${MAX_ANNOTATIONS} of ${count} findings are annotated; the other ${count - MAX_ANNOTATIONS} are in the JSON report (output \`report\`).`
}

/** A path as GitHub has it; undefined for one outside of the checkout. */
function pathInCheckout(file: string, { workspace, folder }: FileRoot): string | undefined {
  const relative = file.startsWith(`${workspace}/`) ? file.slice(workspace.length + 1) : file
  if (posix.isAbsolute(relative)) return undefined
  const path = posix.join(folder, relative)
  return path === '.' || path === '..' || path.startsWith('../') ? undefined : path
}

function levelOf(severity: Finding['severity']): Annotation['level'] {
  switch (severity) {
    case 'critical':
    case 'high':
      return 'failure'
    case 'medium':
      return 'warning'
    case 'low':
    case 'info':
      return 'notice'
  }
}
