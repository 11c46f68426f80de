import { realpath, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { StagegateError } from '../../errors/index.ts'
import { findCheckout } from './find-checkout.ts'

/**
 * The folder of the service: its absolute path, and that from the root of the checkout.
 *
 * @param workspace GITHUB_WORKSPACE
 * @throws StagegateError E_CHECKOUT_NOT_GIT, E_PATH_OUTSIDE
 */
export async function findWorkspace(
  workspace: string | undefined,
  workingDirectory: string,
): Promise<{ readonly workspace: string; readonly folder: string }> {
  const root = await findCheckout(workspace, workingDirectory)
  try {
    const [top, real] = await Promise.all([
      realpath(root),
      realpath(join(workspace ?? root, workingDirectory)),
    ])
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
