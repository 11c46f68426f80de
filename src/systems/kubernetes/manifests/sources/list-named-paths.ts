import { isMapping, type Mapping } from '../check-object.ts'
import { listAt, readMappings } from './read-mappings.ts'

/** A text that kustomize takes for a file or a folder. */
export interface NamedPath {
  /** The key that names it: `resources`. */
  readonly key: string
  readonly value: string
  /** What may be there: the folder of another kustomization, the settings of a generator or transformer, or a file. */
  readonly means: 'base' | 'plugin' | 'file'
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
export function listPluginPaths(text: string): readonly NamedPath[] {
  const documents = readMappings(text)
  // What is wrong with it is said by kubectl, which has to read it too.
  return typeof documents === 'string' ? [] : documents.flatMap(pathsOfGenerator)
}

function pathsOfKustomization(document: Mapping): readonly NamedPath[] {
  const bases = ['resources', 'bases', 'components'].flatMap((key) =>
    textsAt(document, key).map((value): NamedPath => ({ key, value, means: 'base' })),
  )
  const plugins = ['generators', 'transformers', 'validators'].flatMap((key) =>
    textsAt(document, key).flatMap((value): readonly NamedPath[] =>
      isInline(value) ? listPluginPaths(value) : [{ key, value, means: 'plugin' }],
    ),
  )
  const files = ['crds', 'configurations', 'patchesStrategicMerge'].flatMap((key) =>
    textsAt(document, key)
      .filter((value) => !isInline(value))
      .map(named(key)),
  )
  const inMappings = ['patches', 'patchesJson6902', 'replacements', 'openapi'].flatMap((key) =>
    mappingsAt(document, key).flatMap((each) => textsAt(each, 'path').map(named(key))),
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
      named(key)(key === 'files' ? value.replace(/^[\w.-]+=/, '') : value),
    ),
  )
}

function named(key: string): (value: string) => NamedPath {
  return (value) => ({ key, value, means: 'file' })
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
