import { relative } from 'node:path'
import { StagegateError } from '../../../errors/index.ts'
import type { ManifestSet } from '../manifest-set.ts'
import { settleConcurrently } from '../concurrency.ts'
import { Budget } from './budget.ts'
import { findDisallowed } from './find-disallowed.ts'
import { findDuplicates } from './find-duplicates.ts'
import { limits } from './limits.ts'
import { planReadings, type PlannedReading } from './plan-readings.ts'
import { decryptFile, isEncrypted } from './sources/decrypt-file.ts'
import { readChart } from './sources/read-chart.ts'
import { readKustomization } from './sources/read-kustomization.ts'
import { findStrayHooks } from './sources/sort-hooks.ts'
import {
  parseWithin,
  problemReading,
  type ReadingContext,
  type SourceContext,
  type SourceReading,
} from './sources/source-reading.ts'

/** Tools that render at the same time. */
const AT_ONCE = 4

/**
 * The manifests of all sources, in the order in which these are named. Every problem of every source is in the one error.
 *
 * @throws StagegateError E_MANIFEST_INVALID with file and line, E_PATH_OUTSIDE, E_TOOL_MISSING, E_TOOL_LIMIT, E_FILE_TOO_LARGE
 */
export async function readManifests(context: SourceContext): Promise<ManifestSet> {
  const { request } = context
  const budget = new Budget()
  const planned = await planReadings(context)
  const settled = await settleConcurrently(
    planned.readings,
    (each) => readSource({ ...context, budget }, each),
    AT_ONCE,
  )
  const readings = settled.map((each) => {
    if (each.status === 'rejected') throw each.reason
    return each.value
  })
  const manifests = readings.flatMap((each) => each.manifests)
  const problems = [
    ...planned.problems,
    ...readings.flatMap((each) => each.problems),
    ...findDuplicates(manifests),
    ...findStrayHooks(manifests),
    ...findDisallowed(manifests, request.allow, request.namespace),
    ...budget.problems(),
  ]
  if (problems.length > 0) {
    throw new StagegateError('E_MANIFEST_INVALID', {
      message: `The manifests have ${problems.length === 1 ? 'an error' : `${problems.length} errors`}.`,
      evidence: problems,
      state: 'Nothing was applied.',
    })
  }
  return { manifests, notes: readings.flatMap((each) => each.notes) }
}

function readSource(context: ReadingContext, planned: PlannedReading): Promise<SourceReading> {
  switch (planned.kind) {
    case 'file':
      return readFile(context, planned.path)
    case 'kustomization':
      return readKustomization(context, planned.folder, planned.file)
    case 'chart':
      return readChart(context, planned.chart)
  }
}

async function readFile(context: ReadingContext, path: string): Promise<SourceReading> {
  const { root } = context.request
  const shown = relative(root, path)
  const text = (await context.files.read(root, path, { maxBytes: limits.fileBytes })) ?? ''
  if (!isEncrypted(text)) return { ...parseWithin(context.budget, text, shown), notes: [] }
  const decrypted = await decryptFile(context, shown, text)
  if (decrypted.note !== undefined) return { manifests: [], problems: [], notes: [decrypted.note] }
  if (decrypted.text === undefined) return problemReading(...decrypted.problems)
  const place = (line: number): string => `${shown} (decrypted, line ${line})`
  const { hidden = [], notes = [] } = decrypted
  return { ...parseWithin(context.budget, decrypted.text, place, (_, index) => hidden[index]), notes }
}
