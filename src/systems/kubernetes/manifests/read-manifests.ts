import { basename, isAbsolute, join, normalize, relative } from 'node:path'
import { StagegateError } from '../../../errors/index.ts'
import type { Files } from '../../runner/files.ts'
import type { Manifest } from '../cluster.ts'
import { parseApiVersion, renderId } from '../object-id.ts'
import { parseManifests } from './parse-manifests.ts'

const MAX_FILE_BYTES = 5_000_000

/**
 * The manifests of files, folders and globs below a root, in the order in which they are named; within a folder (not
 * below it, as `kubectl apply -f`) and a glob by name. Every problem of every file is in the one error.
 *
 * @throws StagegateError E_MANIFEST_INVALID with file and line, E_PATH_OUTSIDE
 */
export async function readManifests(
  files: Files,
  root: string,
  paths: readonly string[],
): Promise<readonly Manifest[]> {
  const problems: string[] = []
  const found = new Set<string>()
  for (const path of paths) {
    const matches = await findFiles(files, root, path)
    if (matches.length === 0)
      problems.push(`${path}: there is no such file, and no manifest in such a folder`)
    for (const match of matches) found.add(match)
  }
  const manifests: Manifest[] = []
  for (const file of found) {
    const shown = relative(root, file)
    if (/^kustomization\.ya?ml$/i.test(basename(file)) || basename(file) === 'Chart.yaml') {
      problems.push(`${shown}: kustomize folders and Helm charts are not rendered; name rendered manifests`)
      continue
    }
    const text = await files.read(root, file, { maxBytes: MAX_FILE_BYTES })
    const parsed = parseManifests(text ?? '', shown)
    manifests.push(...parsed.manifests)
    problems.push(...parsed.problems)
  }
  problems.push(...findDuplicates(manifests))
  if (problems.length > 0) {
    throw new StagegateError('E_MANIFEST_INVALID', {
      message: `The manifests have ${problems.length === 1 ? 'an error' : `${problems.length} errors`}.`,
      evidence: problems,
      state: 'Nothing was applied.',
    })
  }
  return manifests
}

async function findFiles(files: Files, root: string, path: string): Promise<readonly string[]> {
  const normal = normalize(path)
  if (isAbsolute(normal) || normal.split('/')[0] === '..') {
    throw new StagegateError('E_PATH_OUTSIDE', {
      message: `The path of manifests "${path}" leads out of ${root}.`,
    })
  }
  const absolute = join(root, normal)
  if (!(await files.isDirectory(absolute))) return files.find(root, [normal])
  const folder = relative(root, absolute)
  return files.find(
    root,
    ['yaml', 'yml', 'json'].map((extension) => join(folder, `*.${extension}`)),
  )
}

/** Two manifests of one object: which one would win is nobody's wish. Those without a namespace count as one namespace. */
export function findDuplicates(manifests: readonly Manifest[]): readonly string[] {
  const first = new Map<string, string>()
  return manifests.flatMap(({ object, source }) => {
    const { kind, apiVersion, metadata } = object
    const id = renderId({ kind, ...metadata })
    const key = `${parseApiVersion(apiVersion).group} ${id}`
    const before = first.get(key)
    if (before !== undefined) return [`${source}: ${id} is defined before, at ${before}`]
    first.set(key, source)
    return []
  })
}
