import { type Detection, found, notFound } from './detection.ts'
import type { Workspace } from './workspace.ts'

/** Lock files that osv-scanner reads. */
const lockFiles = [
  'package-lock.json',
  'pnpm-lock.yaml',
  'yarn.lock',
  'go.mod',
  'requirements.txt',
  'poetry.lock',
  'uv.lock',
  'Pipfile.lock',
  'pom.xml',
  'gradle.lockfile',
  'Cargo.lock',
  'packages.lock.json',
  'Gemfile.lock',
  'composer.lock',
]

/** Looks for a file that says which versions of which dependencies there are. */
export async function detectLockFile(workspace: Workspace): Promise<Detection<string>> {
  const names = await workspace.list('.')
  const file = lockFiles.find((each) => names.includes(each))
  return file === undefined
    ? notFound(`a lock file (${lockFiles.slice(0, 6).join(', ')}, …)`)
    : found(file, `there is ${file}`)
}
