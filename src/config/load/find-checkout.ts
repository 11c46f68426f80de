import { readdir, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { StagegateError } from '../../errors/index.ts'

/** So many folders are listed when a checkout is looked for, so that the search in a large workspace ends. */
const LISTED = 200

/**
 * The root of the checkout: GITHUB_WORKSPACE, or where that is no repository, the outermost folder on the way to
 * working-directory that is one, as `actions/checkout` with `path` leaves it. Where there is none, GITHUB_WORKSPACE.
 *
 * @throws StagegateError E_CHECKOUT_NOT_GIT when GITHUB_WORKSPACE is not set
 */
export async function findCheckout(workspace: string | undefined, workingDirectory: string): Promise<string> {
  if (workspace === undefined || workspace === '') {
    throw new StagegateError('E_CHECKOUT_NOT_GIT', { message: 'GITHUB_WORKSPACE is not set.' })
  }
  let folder = workspace
  for (const part of ['', ...workingDirectory.split('/')]) {
    folder = join(folder, part)
    if (await isRepository(folder)) return (await isBelow(workspace, folder)) ? folder : workspace
  }
  return workspace
}

/** Folders of a workspace that are repositories, at most two levels down, relative to it. */
export async function listCheckouts(workspace: string): Promise<readonly string[]> {
  const first = await listFolders(workspace)
  const second = await Promise.all(
    first.map(async (folder) =>
      (await listFolders(join(workspace, folder))).map((each) => `${folder}/${each}`),
    ),
  )
  const folders = [...first, ...second.flat().slice(0, LISTED)]
  const found = await Promise.all(folders.map((folder) => isRepository(join(workspace, folder))))
  return folders.filter((_, index) => found[index])
}

/** `.git` is a folder, or in a worktree or a submodule a file. */
async function isRepository(folder: string): Promise<boolean> {
  return stat(join(folder, '.git')).then(
    () => true,
    () => false,
  )
}

/** By the real paths: a link must not lead out of the workspace. */
async function isBelow(workspace: string, folder: string): Promise<boolean> {
  const [top, real] = await Promise.all([realpath(workspace), realpath(folder)])
  return real === top || real.startsWith(top + sep)
}

async function listFolders(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const folders = entries.filter((each) => each.isDirectory() && each.name !== 'node_modules')
  return folders.slice(0, LISTED).map(({ name }) => name)
}
