import { realpath, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { StagegateError } from '../errors/index.ts'
import type { Config } from './config.ts'
import { detect } from './detect/detect.ts'
import { openWorkspace } from './detect/workspace.ts'
import { loadConfigFile } from './load/load-config-file.ts'
import { readTrigger } from './read-trigger.ts'
import type { ConfigInputs } from './resolve/resolution.ts'
import { resolveConfig } from './resolve/resolve-config.ts'

export interface LoadConfigOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly inputs: ConfigInputs & { readonly config: string | undefined; readonly workingDirectory: string }
  /** Absolute path of the run's own temporary folder. */
  readonly temporary: string
}

/**
 * The configuration of the run: what started it, and in the workspace as it is now the file, if there is one, and what is
 * detected.
 *
 * @throws StagegateError E_EVENT_UNSUPPORTED, E_CHECKOUT_NOT_GIT, E_PATH_OUTSIDE, E_CONFIG_MISSING, E_CONFIG_INVALID, E_INPUT_INVALID,
 *   E_IMAGE_NAME
 */
export async function loadConfig({ env, inputs, temporary }: LoadConfigOptions): Promise<Config> {
  const trigger = await readTrigger(env)
  const { workspace, folder } = await findWorkspace(env.GITHUB_WORKSPACE, inputs.workingDirectory)
  const [file, detected] = await Promise.all([
    loadConfigFile(workspace, inputs.config),
    detect(openWorkspace(workspace)),
  ])
  return resolveConfig({ file, inputs, trigger, detected, workspace, folder, temporary })
}

async function findWorkspace(
  root: string | undefined,
  workingDirectory: string,
): Promise<{ readonly workspace: string; readonly folder: string }> {
  if (root === undefined || root === '') {
    throw new StagegateError('E_CHECKOUT_NOT_GIT', { message: 'GITHUB_WORKSPACE is not set.' })
  }
  const folder = join(root, workingDirectory)
  try {
    const [top, real] = await Promise.all([realpath(root), realpath(folder)])
    if (real !== top && !real.startsWith(top + sep)) {
      throw new StagegateError('E_PATH_OUTSIDE', {
        message: `working-directory ${workingDirectory} leads out of the checkout.`,
      })
    }
    if ((await stat(real)).isDirectory()) {
      return { workspace: real, folder: relative(top, real).split(sep).join('/') }
    }
  } catch (thrown) {
    if (thrown instanceof StagegateError) throw thrown
  }
  throw new StagegateError('E_CHECKOUT_NOT_GIT', {
    message:
      workingDirectory === '.'
        ? 'The workspace is not there.'
        : `The checkout has no folder ${workingDirectory}, which the input working-directory names.`,
  })
}
