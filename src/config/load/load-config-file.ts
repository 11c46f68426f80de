import { readFile, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { StagegateError } from '../../errors/index.ts'
import type { ConfigFile } from '../schema/config-file.ts'
import { limits } from './check-size.ts'
import { parseConfigText } from './parse-config-text.ts'
import { configInvalid } from './config-invalid.ts'
import type { ValuePath } from './problem.ts'

const DEFAULT_PATH = '.github/stagegate.yml'

/** A configuration file that is valid by its schema. */
export interface LoadedConfigFile {
  /** Relative to the workspace. */
  readonly path: string
  readonly text: string
  readonly values: ConfigFile
  /** Where a value is, as sources name it: `.github/stagegate.yml:12`. */
  sourceOf(path: ValuePath): string
}

/**
 * Reads the configuration file of a workspace.
 *
 * @param workspace absolute
 * @param named the input `config`, relative to the workspace; without it the default file, which may be missing
 * @throws StagegateError E_CONFIG_MISSING, E_PATH_OUTSIDE, or E_CONFIG_INVALID with everything that is wrong
 */
export async function loadConfigFile(
  workspace: string,
  named: string | undefined,
): Promise<LoadedConfigFile | undefined> {
  const read = await readConfigText(workspace, named)
  if (read === undefined) return undefined
  const { path, text } = read
  const parsed = parseConfigText(text)
  if (!parsed.valid) throw configInvalid(path, parsed.problems)
  return { path, text, values: parsed.values, sourceOf: (at) => `${path}:${parsed.lineOf(at)}` }
}

/**
 * The text of the configuration file, whatever it says.
 *
 * @throws StagegateError as `loadConfigFile`
 */
export async function readConfigText(
  workspace: string,
  named: string | undefined,
): Promise<{ readonly path: string; readonly text: string } | undefined> {
  const path = named ?? DEFAULT_PATH
  const bytes = await readInside(workspace, path)
  if (bytes === undefined) {
    if (named === undefined) return refuseOtherEnding(workspace)
    throw new StagegateError('E_CONFIG_MISSING', {
      message: `There is no file ${path}, which the input config names.`,
    })
  }
  const text = decode(bytes)
  if (text === undefined)
    throw configInvalid(path, [{ line: 1, text: 'the file is not UTF-8, or larger than 1 MiB' }])
  return { path, text }
}

/** The file would be overlooked, and everything detected instead. */
async function refuseOtherEnding(workspace: string): Promise<undefined> {
  const other = DEFAULT_PATH.replace(/yml$/, 'yaml')
  if ((await readInside(workspace, other)) === undefined) return undefined
  throw new StagegateError('E_CONFIG_MISSING', {
    message: `The configuration is read from ${DEFAULT_PATH}, but the file is called ${other}.`,
    next: `Rename it to ${DEFAULT_PATH}, or set the input config.`,
  })
}

async function readInside(workspace: string, path: string): Promise<Uint8Array | undefined> {
  try {
    const [root, real] = await Promise.all([realpath(workspace), realpath(join(workspace, path))])
    if (!real.startsWith(root + sep)) {
      throw new StagegateError('E_PATH_OUTSIDE', {
        message: `The configuration file ${path} leads out of the checkout.`,
      })
    }
    return await readFile(real)
  } catch (thrown) {
    if (isMissing(thrown)) return undefined
    throw thrown
  }
}

function decode(bytes: Uint8Array): string | undefined {
  if (bytes.byteLength > limits.bytes) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function isMissing(thrown: unknown): boolean {
  return (
    thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR')
  )
}
