import type { Config } from './config.ts'
import { detect } from './detect/detect.ts'
import { openWorkspace } from './detect/workspace.ts'
import { loadConfigFile } from './load/load-config-file.ts'
import { findWorkspace } from './load/find-workspace.ts'
import { readTrigger } from './read-trigger.ts'
import type { ConfigInputs } from './resolve/resolution.ts'
import { resolveConfig } from './resolve/resolve-config.ts'
import type { Trigger } from './trigger.ts'

export interface LoadConfigOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly inputs: ConfigInputs & { readonly config: string | undefined; readonly workingDirectory: string }
  /** Absolute path of the run's own temporary folder. */
  readonly temporary: string
  /** Where it was read before; without it, it is read from `env`. */
  readonly trigger?: Trigger
}

/**
 * The configuration of the run: what started it, and in the workspace as it is now the file, if there is one, and what is
 * detected.
 *
 * @throws StagegateError E_EVENT_UNSUPPORTED, E_CHECKOUT_NOT_GIT, E_PATH_OUTSIDE, E_CONFIG_MISSING, E_CONFIG_INVALID, E_INPUT_INVALID,
 *   E_IMAGE_NAME
 */
export async function loadConfig(options: LoadConfigOptions): Promise<Config> {
  const { env, inputs, temporary } = options
  const trigger = options.trigger ?? (await readTrigger(env))
  const { workspace, folder } = await findWorkspace(env.GITHUB_WORKSPACE, inputs.workingDirectory)
  const [file, detected] = await Promise.all([
    loadConfigFile(workspace, inputs.config),
    detect(openWorkspace(workspace)),
  ])
  return resolveConfig({ file, inputs, trigger, detected, workspace, folder, temporary })
}
