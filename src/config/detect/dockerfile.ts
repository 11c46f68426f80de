import { type Detection, found, notFound } from './detection.ts'
import type { Workspace } from './workspace.ts'

/** Looks for a Dockerfile at the top of the workspace. */
export async function detectDockerfile(workspace: Workspace): Promise<Detection<string>> {
  const names = await workspace.list('.')
  const file = ['Dockerfile', 'Containerfile'].find((each) => names.includes(each))
  return file === undefined ? notFound('a Dockerfile or Containerfile') : found(file, `there is a ${file}`)
}
