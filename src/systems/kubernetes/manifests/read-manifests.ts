import { relative } from 'node:path'
import { StagegateError } from '../../../errors/index.ts'
import type { ManifestSet } from '../cluster.ts'
import { settleConcurrently } from '../concurrency.ts'
import { findDisallowed } from './find-disallowed.ts'
import { findDuplicates } from './find-duplicates.ts'
import { limits } from './limits.ts'
import { parseManifests } from './parse-manifests.ts'
import { planReadings, type PlannedReading } from './plan-readings.ts'
import { decryptFile, isEncrypted } from './sources/decrypt-file.ts'
import { readChart } from './sources/read-chart.ts'
import { readKustomization } from './sources/read-kustomization.ts'
import { findStrayHooks } from './sources/sort-hooks.ts'
import { problemReading, type SourceContext, type SourceReading } from './sources/source-reading.ts'

/** Tools that render at the same time. */
const AT_ONCE = 4

/**
 * The manifests of all sources, in the order in which these are named. Every problem of every source is in the one error.
 *
 * @throws StagegateError E_MANIFEST_INVALID with file and line, E_PATH_OUTSIDE, E_TOOL_MISSING, E_TOOL_LIMIT, E_FILE_TOO_LARGE
 */
export async function readManifests(context: SourceContext): Promise<ManifestSet> {
  const { request } = context
  const planned = await planReadings(context)
  const settled = await settleConcurrently(planned.readings, (each) => readSource(context, each), AT_ONCE)
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
    ...findExcess(readings),
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

function readSource(context: SourceContext, planned: PlannedReading): Promise<SourceReading> {
  switch (planned.kind) {
    case 'file':
      return readFile(context, planned.path)
    case 'kustomization':
      return readKustomization(context, planned.folder, planned.file)
    case 'chart':
      return readChart(context, planned.chart)
  }
}

async function readFile(context: SourceContext, path: string): Promise<SourceReading> {
  const { root } = context.request
  const shown = relative(root, path)
  const text = (await context.files.read(root, path, { maxBytes: limits.fileBytes })) ?? ''
  const { length } = text
  if (!isEncrypted(text)) return { ...parseManifests(text, shown), notes: [], length }
  const decrypted = await decryptFile(context, shown, text)
  if (decrypted.note !== undefined) return { manifests: [], problems: [], notes: [decrypted.note], length }
  if (decrypted.text === undefined) return problemReading(...decrypted.problems)
  const parsed = parseManifests(decrypted.text, (line) => `${shown} (decrypted, line ${line})`)
  return { ...parsed, notes: [], length: length + decrypted.text.length }
}

/** Each source may be within its bounds, and all of them together not. */
function findExcess(readings: readonly SourceReading[]): readonly string[] {
  const sum = (count: (each: SourceReading) => number): number =>
    readings.reduce((all, each) => all + count(each), 0)
  const objects = sum((each) => each.manifests.length)
  const length = sum((each) => each.length)
  return [
    ...(objects > limits.objects
      ? [`there are ${objects} objects; at most ${limits.objects} are applied`]
      : []),
    ...(length > limits.totalLength
      ? [`there are ${length} characters of manifests; at most ${limits.totalLength} are read`]
      : []),
  ]
}
