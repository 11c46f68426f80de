import { basename, isAbsolute, join, normalize, relative } from 'node:path'
import { StagegateError } from '../../../errors/index.ts'
import { kustomizationNames } from './sources/check-kustomization.ts'
import type { Chart } from './sources/read-chart.ts'
import { findKustomization } from './sources/read-kustomization.ts'
import type { SourceContext } from './sources/source-reading.ts'
import { stripEnd } from '../../../text/strip-end.ts'

/** One thing to read: a file, the folder of a kustomization, a chart. */
export type PlannedReading =
  | { readonly kind: 'file'; /** Absolute. */ readonly path: string }
  | { readonly kind: 'kustomization'; /** Absolute. */ readonly folder: string; readonly file: string }
  | { readonly kind: 'chart'; readonly chart: Chart }

export interface PlannedReadings {
  readonly readings: readonly PlannedReading[]
  readonly problems: readonly string[]
}

/**
 * What the sources mean, in the order in which they are named, each thing once. A folder with a `Chart.yaml` is a chart,
 * one with a `kustomization.yaml` a kustomization; of any other the files in it are meant, not those below it, as with
 * `kubectl apply -f`.
 *
 * @throws StagegateError E_PATH_OUTSIDE
 */
export async function planReadings(
  context: Pick<SourceContext, 'files' | 'request'>,
): Promise<PlannedReadings> {
  const { files, request } = context
  const { root } = request
  const planned = new Map<string, PlannedReading>()
  const problems: string[] = []
  for (const source of request.sources) {
    const normal = normalize(source.path)
    if (isAbsolute(normal) || normal.split('/')[0] === '..') {
      throw new StagegateError('E_PATH_OUTSIDE', {
        message: `The path of manifests "${source.path}" leads out of ${root}.`,
      })
    }
    if (source.kind === 'chart') planChart({ ...source, path: normal })
    else await planPath(source.path, join(root, normal), normal)
  }
  return { readings: [...planned.values()], problems }

  async function planPath(path: string, absolute: string, normal: string): Promise<void> {
    if (!(await files.isDirectory(absolute))) {
      const found = await files.find(root, [normal])
      if (found.length === 0) problems.push(`${path}: there is no such file`)
      found.forEach(planFile)
      return
    }
    const isChart = await files.exists(join(absolute, 'Chart.yaml'))
    const file = await findKustomization(context, absolute)
    if (isChart && file !== undefined)
      problems.push(`${path}: is both a chart and a kustomization; name the folder of one of them`)
    else if (isChart)
      planChart({ kind: 'chart', path: normal, release: undefined, values: [], hooks: 'refuse' })
    else if (file !== undefined)
      planned.set(`kustomization ${absolute}`, { kind: 'kustomization', folder: absolute, file })
    else await planFolder(path, absolute)
  }

  async function planFolder(path: string, absolute: string): Promise<void> {
    const folder = relative(root, absolute)
    const globs = ['yaml', 'yml', 'json'].map((extension) => join(folder, `*.${extension}`))
    // Tools keep their settings in hidden files, as SOPS in .sops.yaml.
    const found = (await files.find(root, globs)).filter((each) => !basename(each).startsWith('.'))
    if (found.length === 0) problems.push(`${path}: there is no manifest in the folder`)
    found.forEach(planFile)
  }

  /** The same chart with other values is another thing: where both make one object, that is told. */
  function planChart({ kind, path, release, values, hooks }: Chart): void {
    const folder = stripEnd(path, '/')
    const chart: Chart = { kind, path: folder, release, values, hooks }
    planned.set(`chart ${JSON.stringify([folder, release, values, hooks])}`, { kind: 'chart', chart })
  }

  function planFile(path: string): void {
    const name = basename(path)
    if (name === 'Chart.yaml' || kustomizationNames.some((each) => each === name))
      problems.push(`${relative(root, path)}: is no manifest; name its folder instead`)
    else planned.set(`file ${path}`, { kind: 'file', path })
  }
}
