import { type Detection, found, notFound } from './detection.ts'
import type { Workspace } from './workspace.ts'

const documents = ['openapi.yaml', 'openapi.yml', 'openapi.json']

/** Looks for the description of the service's API at the top of the workspace. */
export async function detectOpenapi(workspace: Workspace): Promise<Detection<string>> {
  const names = await workspace.list('.')
  const file = documents.find((each) => names.includes(each))
  return file === undefined ? notFound(documents.join(', ')) : found(file, `there is ${file}`)
}
