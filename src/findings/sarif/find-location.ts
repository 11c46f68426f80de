import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'

import { arrayAt, numberAt, stringAt, valueAt } from '../json.ts'
import { locate } from '../locate.ts'

/** Links from base to base that are followed. */
const MAX_BASES = 16
/** Places of one result that are looked at. */
const MAX_PLACES = 100

export interface Location {
  /** Relative to the workspace. */
  readonly file: string
  /** The region, as the log has it. */
  readonly region: unknown
}

/** The first place of a result that is in the workspace. */
export function findLocation(run: unknown, result: unknown, workspace: string): Location | undefined {
  for (const location of arrayAt(result, 'locations').slice(0, MAX_PLACES)) {
    const place = valueAt(location, 'physicalLocation')
    const path = pathOf(run, artifactOf(run, place))
    const file = path === undefined ? undefined : locate(path, workspace)
    if (file !== undefined) return { file, region: valueAt(place, 'region') }
  }
  return undefined
}

/** 3.4.5: the place may name an artifact of the run by its index instead of a URI. */
function artifactOf(run: unknown, place: unknown): unknown {
  const artifact = valueAt(place, 'artifactLocation')
  if (stringAt(artifact, 'uri') !== undefined) return artifact
  return valueAt(run, 'artifacts', numberAt(artifact, 'index') ?? -1, 'location')
}

/**
 * The path that a URI and the bases that it is relative to (3.14.14) stand for: absolute, or relative to the checkout
 * where the log does not say what its last base is.
 */
function pathOf(run: unknown, artifact: unknown): string | undefined {
  let path = toPath(stringAt(artifact, 'uri'))
  let id = stringAt(artifact, 'uriBaseId')
  for (let step = 0; step < MAX_BASES && id !== undefined; step += 1) {
    if (path === undefined || posix.isAbsolute(path)) return path
    const base = valueAt(run, 'originalUriBaseIds', id)
    const folder = valueAt(base, 'uri') === undefined ? '' : toPath(stringAt(base, 'uri'))
    path = folder === undefined ? undefined : posix.join(folder, path)
    id = stringAt(base, 'uriBaseId')
  }
  return path
}

/** Undefined for a URI of another scheme. One with a `%` that escapes nothing is a path already. */
function toPath(uri: string | undefined): string | undefined {
  if (uri === undefined) return undefined
  try {
    if (/^file:/i.test(uri)) return fileURLToPath(uri)
    return /^[a-z][a-z0-9+.-]+:/i.test(uri) ? undefined : decodeURIComponent(uri)
  } catch {
    return /^file:\/\/\//i.test(uri) ? uri.slice('file://'.length) : /^file:/i.test(uri) ? undefined : uri
  }
}
