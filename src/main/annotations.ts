import { posix } from 'node:path'
import type { Finding } from '../findings/index.ts'
import type { StageResult } from '../pipeline/index.ts'
import { findingsOf } from '../report/kept.ts'
import type { Annotation } from '../systems/github/github.ts'

/** Where the findings' files are. */
export interface FileRoot {
  /** Absolute path of the service's folder, which findings are relative to. */
  readonly workspace: string
  /** The same from the root of the checkout, which GitHub's paths begin at. */
  readonly folder: string
}

/** The findings of a stage that have a line in the checkout, worst first, what two tools say alike once. */
export function annotationsOf(stage: StageResult, root: FileRoot): readonly Annotation[] {
  const all = findingsOf([stage]).flatMap((finding): Annotation[] => {
    const path = pathOf(finding, root)
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
  return [...new Map(all.map((each) => [JSON.stringify(each), each])).values()]
}

/** Shares what may be annotated in a call among its stages: whoever ends first has first. */
export class AnnotationBudget {
  readonly #limit: number
  readonly #used = new Map<string, number>()

  constructor(limit: number) {
    this.#limit = limit
  }

  /** The first of a stage's annotations, as many as are left; the same again for a stage that is written again. */
  take(stage: string, annotations: readonly Annotation[]): readonly Annotation[] {
    this.#used.delete(stage)
    const left = this.#limit - [...this.#used.values()].reduce((sum, each) => sum + each, 0)
    const shown = annotations.slice(0, Math.max(0, left))
    this.#used.set(stage, shown.length)
    return shown
  }
}

/**
 * What a check run does not show, and where it is; empty when it shows everything.
 *
 * @param shown how many annotations it has
 * @param placed how many it would have without a limit
 * @param unplaced how many findings have no line in the checkout
 */
export function renderRest(shown: number, placed: number, unplaced: number): string {
  const rest = placed - shown
  if (rest === 0 && unplaced === 0) return ''
  const annotated = rest === 0 ? `${shown} annotated` : `the worst ${shown} of ${placed} annotated`
  const missing = [
    ...(rest === 0 ? [] : [`${rest} more`]),
    ...(unplaced === 0 ? [] : [`${unplaced} without a line in the checkout`]),
  ]
  return `Findings: ${annotated}; ${missing.join(' and ')} in the JSON report (output \`report\`).`
}

/** Whether a finding has a line in the checkout. */
export function isPlaced(finding: Finding, root: FileRoot): boolean {
  return pathOf(finding, root) !== undefined
}

function pathOf({ file }: Finding, root: FileRoot): string | undefined {
  return file === undefined ? undefined : pathInCheckout(file, root)
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
