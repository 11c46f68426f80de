import { isMapping, type Mapping } from '../mapping.ts'
import { listAt, readMappings } from './read-mappings.ts'

/** A text that kustomize takes for a file or a folder. */
export interface NamedPath {
  /** The key that names it: `resources`. */
  readonly key: string
  readonly value: string
  /**
   * What may be there: the folder of another kustomization or a file of objects, the settings of a generator or
   * transformer, a file that is parsed, or one that is taken as it is.
   */
  readonly means: 'base' | 'plugin' | 'parsed' | 'bytes'
}

/**
 * Every path that a kustomization names, by the fields of kustomize.config.k8s.io/v1beta1 and its older ones; or why it
 * cannot be read. What stands in the text itself is no path, but plugins that do may name files. Pure.
 *
 * @see https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/
 */
export function listNamedPaths(text: string): readonly NamedPath[] | string {
  const documents = readMappings(text)
  return typeof documents === 'string' ? documents : documents.flatMap(pathsOfKustomization)
}

/** The paths that a file with the settings of plugins names, those of `files`, `env` and `envs` of generators. Pure. */
export function listPluginPaths(text: string): readonly NamedPath[] | string {
  const documents = readMappings(text)
  return typeof documents === 'string' ? documents : documents.flatMap(pathsOfGenerator)
}

/** What is wrong with the texts inside a kustomization that kustomize parses in turn; kubectl has no bounds. Pure. */
export function findInlineProblem(text: string): string | undefined {
  const documents = readMappings(text)
  if (typeof documents === 'string') return documents
  for (const document of documents) {
    const patches = ['patches', 'patchesJson6902'].flatMap((key) =>
      mappingsAt(document, key).flatMap((each) => textsAt(each, 'patch')),
    )
    const others = ['patchesStrategicMerge', 'generators', 'transformers', 'validators'].flatMap((key) =>
      textsAt(document, key).filter(isInline),
    )
    const wrong = [...patches, ...others].map(readMappings).find((each) => typeof each === 'string')
    if (typeof wrong === 'string') return `in a text of it: ${wrong}`
  }
  return undefined
}

function pluginPathsOf(inline: string): readonly NamedPath[] {
  const found = listPluginPaths(inline)
  return typeof found === 'string' ? [] : found
}

function pathsOfKustomization(document: Mapping): readonly NamedPath[] {
  const bases = ['resources', 'bases', 'components'].flatMap((key) =>
    textsAt(document, key).map((value): NamedPath => ({ key, value, means: 'base' })),
  )
  const plugins = ['generators', 'transformers', 'validators'].flatMap((key) =>
    textsAt(document, key).flatMap((value): readonly NamedPath[] =>
      isInline(value) ? pluginPathsOf(value) : [{ key, value, means: 'plugin' }],
    ),
  )
  const files = ['crds', 'configurations', 'patchesStrategicMerge'].flatMap((key) =>
    textsAt(document, key)
      .filter((value) => !isInline(value))
      .map(named(key, 'parsed')),
  )
  const inMappings = ['patches', 'patchesJson6902', 'replacements', 'openapi'].flatMap((key) =>
    mappingsAt(document, key).flatMap((each) => textsAt(each, 'path').map(named(key, 'parsed'))),
  )
  const generators = ['configMapGenerator', 'secretGenerator'].flatMap((key) =>
    mappingsAt(document, key).flatMap(pathsOfGenerator),
  )
  return [...bases, ...plugins, ...files, ...inMappings, ...generators]
}

/** `files` may give a file another name: `name=path`. */
function pathsOfGenerator(generator: Mapping): readonly NamedPath[] {
  return ['files', 'env', 'envs'].flatMap((key) =>
    textsAt(generator, key).map((value) =>
      named(key, 'bytes')(key === 'files' ? value.replace(/^[\w.-]+=/, '') : value),
    ),
  )
}

function named(key: string, means: NamedPath['means']): (value: string) => NamedPath {
  return (value) => ({ key, value, means })
}

function isInline(value: string): boolean {
  return value.includes('\n') || value.trimStart().startsWith('{')
}

function textsAt(mapping: Mapping, key: string): readonly string[] {
  return listAt(mapping, key).filter((each) => typeof each === 'string')
}

function mappingsAt(mapping: Mapping, key: string): readonly Mapping[] {
  return listAt(mapping, key).filter(isMapping)
}
