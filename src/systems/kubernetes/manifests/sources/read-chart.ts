import { join, relative } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Finished } from '../../../runner/processes.ts'
import { findEscapes } from '../../../runner/find-escapes.ts'
import { listItem } from '../../../runner/list-item.ts'
import { runIsolated } from '../../../runner/run-isolated.ts'
import type { Manifest, ManifestSource } from '../../manifest-set.ts'
import { objectId, renderId } from '../../object-id.ts'
import { limits } from '../limits.ts'
import { parseManifests } from '../parse-manifests.ts'
import { decryptFile, isEncrypted } from './decrypt-file.ts'
import { findProgram } from './find-program.ts'
import { listHolding } from './list-encrypted.ts'
import { mapTemplates } from './map-templates.ts'
import { sortHooks } from './sort-hooks.ts'
import {
  complaintOf,
  parseWithin,
  problemReading,
  type ReadingContext,
  type SourceContext,
  type SourceReading,
} from './source-reading.ts'

export type Chart = Extract<ManifestSource, { kind: 'chart' }>

/**
 * The objects of a chart, by `helm template`: with its definitions (`crds/`), without a cluster, without plugins, without
 * anything from the network. Charts that it depends on must be in its folder `charts/`.
 */
export async function readChart(context: ReadingContext, chart: Chart): Promise<SourceReading> {
  const { request, files, processes } = context
  const { root, signal } = request
  const folder = join(root, chart.path)
  const shown = relative(root, folder)
  if ((await files.read(root, join(folder, 'Chart.yaml'), { maxBytes: limits.fileBytes })) === undefined)
    return problemReading(`${shown}: there is no chart: it has no Chart.yaml`)
  const values = await readValues(context, chart)
  const problems = [...(await checkFolder(root, folder)), ...values.problems]
  if (problems.length > 0) return problemReading(...problems)
  if (values.left !== undefined) return { manifests: [], problems: [], notes: [values.left] }
  const helm = await findProgram(processes, 'helm', `the chart ${shown}`)
  const [version, apiVersions] = await Promise.all([
    request.cluster.version(signal),
    request.cluster.apiVersions(signal),
  ])
  const render = (): Promise<Finished> =>
    runIsolated(context, {
      argv: [
        helm,
        'template',
        chart.release ?? request.release,
        folder,
        `--namespace=${request.namespace}`,
        '--include-crds',
        `--kube-version=${version}`,
        `--api-versions=${apiVersions.join(',')}`,
        ...values.files.map((file) => `--values=${listItem(file)}`),
      ],
      cwd: root,
      env: { KUBECONFIG: '/dev/null' },
      ...(values.input === undefined ? {} : { input: values.input }),
      signal,
      maxBytes: limits.renderedBytes,
    })
  const finished = await render()
  if (finished.exitCode !== 0)
    return problemReading(`${shown}: helm template: ${complaintOf(finished, root)}`)
  const parsed = parseWithin(
    context.budget,
    finished.stdout,
    mapTemplates(finished.stdout, shown),
    // Where a template has put what was encrypted in a file of values.
    (object) => listHolding(object, values.secret),
  )
  const sorted = sortHooks(parsed.manifests, shown, chart.hooks)
  const again = (await render()).stdout
  const changing = again === finished.stdout ? [] : findChanging(sorted.manifests, again)
  return {
    manifests: sorted.manifests,
    problems: [...parsed.problems, ...sorted.problems],
    notes: [
      ...values.notes,
      ...sorted.notes,
      ...changing.map(
        (title) => `${shown}: ${title} is another one at each rendering, so every deployment changes it.`,
      ),
    ],
  }
}

/** Objects that a second rendering made otherwise: their templates make passwords, certificates or dates. Pure. */
function findChanging(manifests: readonly Manifest[], again: string): readonly string[] {
  const second = parseManifests(again, '').manifests.map((each) => each.object)
  return manifests
    .filter(({ object }) => !second.some((each) => isDeepStrictEqual(each, object)))
    .map(({ object }) => renderId(objectId(object)))
}

/** Helm follows links wherever they lead, and puts what it finds into templates. */
async function checkFolder(root: string, folder: string): Promise<readonly string[]> {
  const { escapes, strange, tooMany } = await findEscapes(root, folder, limits.chartEntries)
  return [
    ...escapes.map((path) => `${path}: leads out of the checkout, or nowhere`),
    ...strange.map((path) => `${path}: is neither a file nor a folder`),
    ...(tooMany ? [`${relative(root, folder)}: has more than ${limits.chartEntries} files`] : []),
  ]
}

interface Values {
  /** As Helm gets them; `-` is its standard input. */
  readonly files: readonly string[]
  readonly input: string | undefined
  /** What was encrypted in it. */
  readonly secret: readonly string[]
  readonly problems: readonly string[]
  /** Why the chart is left out. */
  readonly left: string | undefined
  readonly notes: readonly string[]
}

/** Files of values; one of them may be encrypted: its text goes through a pipe, never to the disk. */
async function readValues(context: SourceContext, chart: Chart): Promise<Values> {
  const { files, request } = context
  const paths: string[] = []
  const problems: string[] = []
  let input: string | undefined
  let secret: readonly string[] = []
  let left: string | undefined
  const notes: string[] = []
  for (const path of chart.values) {
    const absolute = join(request.root, path)
    const text = await files.read(request.root, absolute, { maxBytes: limits.fileBytes })
    if (text === undefined) problems.push(`${path}: there is no such file of values`)
    else if (!isEncrypted(text)) paths.push(absolute)
    else if (input !== undefined)
      problems.push(`${path}: only one file of values of a chart can be encrypted`)
    else {
      const decrypted = await decryptFile(context, path, text)
      problems.push(...decrypted.problems)
      left ??= decrypted.note
      notes.push(...(decrypted.notes ?? []))
      input = decrypted.text ?? ''
      secret = decrypted.values ?? []
      paths.push('-')
    }
  }
  return { files: paths, input, secret, problems, left, notes }
}
