import { dirname, join, relative, resolve } from 'node:path'
import { isInside } from '../../../runner/confined-file.ts'
import { limits } from '../limits.ts'
import { findInlineProblem, listNamedPaths, listPluginPaths, type NamedPath } from './list-named-paths.ts'
import { readMappings } from './read-mappings.ts'
import type { SourceContext } from './source-reading.ts'

/** The names that kustomize knows. */
export const kustomizationNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'] as const

/**
 * What kustomize takes for something on the network, before it looks for a file of that name: a URL, or a repository of
 * git in any of its spellings.
 */
const remote =
  /^(?:[a-z][a-z0-9+.-]*:\/\/|git::|[^\s/@]+@[^\s/]+:|(?:www\.)?git(?:hub|lab)\.com[/:])|[?&](?:ref|version)=/i

/**
 * What is wrong with a kustomization and its bases before kubectl reads them: something from the network, something
 * outside of the checkout, more than is looked at. All problems, each with its file.
 *
 * @param folder absolute
 * @throws StagegateError E_PATH_OUTSIDE when a base is a link that leads out of the checkout
 */
export async function checkKustomization(
  { files, request: { root } }: Pick<SourceContext, 'files' | 'request'>,
  folder: string,
): Promise<readonly string[]> {
  const problems: string[] = []
  const seen = new Set<string>()
  const folders = [folder]
  for (let path = folders.pop(); path !== undefined; path = folders.pop()) {
    if (seen.has(path)) continue
    seen.add(path)
    if (seen.size > limits.bases)
      return [...problems, `${relative(root, folder)}: has more than ${limits.bases} bases`]
    for (const name of kustomizationNames) await checkFile(join(path, name), 'base')
  }
  return problems

  async function checkFile(path: string, means: 'base' | 'plugin'): Promise<void> {
    const text = await files.read(root, path, { maxBytes: limits.fileBytes })
    if (text === undefined) return
    const shown = relative(root, path)
    const named = means === 'base' ? listNamedPaths(text) : listPluginPaths(text)
    const wrong = typeof named === 'string' ? named : findInlineProblem(text)
    if (wrong !== undefined) problems.push(`${shown}: ${wrong}`)
    if (typeof named !== 'string') for (const each of named) await checkPath(path, shown, each)
  }

  async function checkPath(path: string, shown: string, { key, value, means }: NamedPath): Promise<void> {
    if (remote.test(value)) {
      problems.push(`${shown}: ${key} names ${value}; nothing is fetched, keep a copy in the repository`)
      return
    }
    const target = resolve(dirname(path), value)
    if (!isInside(root, target)) {
      problems.push(`${shown}: ${key} names ${value}, which is outside of the checkout`)
      return
    }
    if (means === 'bytes' || seen.has(target)) return
    if (await files.isDirectory(target)) {
      folders.push(target)
      return
    }
    seen.add(target)
    if (means === 'plugin') await checkFile(target, means)
    else await checkObjects(target)
  }

  /** kubectl unfolds aliases without a bound: 20 GB for 200 bytes. */
  async function checkObjects(path: string): Promise<void> {
    const text = await files.read(root, path, { maxBytes: limits.fileBytes })
    const wrong = readMappings(text ?? '')
    if (typeof wrong === 'string') problems.push(`${relative(root, path)}: ${wrong}`)
  }
}
