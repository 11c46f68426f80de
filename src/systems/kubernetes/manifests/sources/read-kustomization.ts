import { join, relative } from 'node:path'
import { runIsolated } from '../../../runner/run-isolated.ts'
import { limits } from '../limits.ts'
import { checkKustomization, kustomizationNames } from './check-kustomization.ts'
import { findProgram } from './find-program.ts'
import {
  complaintOf,
  parseWithin,
  problemReading,
  type ReadingContext,
  type SourceContext,
  type SourceReading,
} from './source-reading.ts'

/** The file that makes a folder a kustomization, relative to the root; undefined where it is none. */
export async function findKustomization(
  { files, request: { root } }: Pick<SourceContext, 'files' | 'request'>,
  folder: string,
): Promise<string | undefined> {
  for (const name of kustomizationNames) {
    if (await files.exists(join(folder, name))) return relative(root, join(folder, name))
  }
  return undefined
}

/**
 * The objects of a kustomization, by `kubectl kustomize`: without plugins, without Helm, without anything from the
 * network, and with no file from outside of the checkout. Bases may be anywhere in the checkout; other files only in the
 * folder of the kustomization that names them, as kustomize has it.
 *
 * @param folder absolute
 * @param file the kustomization's file, relative to the root: where its objects are said to be
 */
export async function readKustomization(
  context: ReadingContext,
  folder: string,
  file: string,
): Promise<SourceReading> {
  const { request, processes } = context
  const problems = await checkKustomization(context, folder)
  if (problems.length > 0) return problemReading(...problems)
  const kubectl = await findProgram(processes, 'kubectl', `the kustomization ${file}`)
  const finished = await runIsolated(context, {
    argv: [kubectl, 'kustomize', '--load-restrictor=LoadRestrictionsRootOnly', folder],
    cwd: request.root,
    env: { KUBECONFIG: '/dev/null', KUBERC: 'off' },
    signal: request.signal,
    maxBytes: limits.renderedBytes,
  })
  if (finished.exitCode !== 0)
    return problemReading(`${file}: kubectl kustomize: ${complaintOf(finished, request.root)}`)
  const parsed = parseWithin(context.budget, finished.stdout, (line) => `${file} (rendered, line ${line})`)
  return { ...parsed, notes: [] }
}
