import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseDocument } from 'yaml'
import type { TestbedDescription } from '../testbed/description.ts'

/** What is made by running the sample, and belongs in no commit. */
const generated = new Set(['node_modules', 'dist', 'reports'])

export interface SampleRepository {
  /** A work tree with the sample committed on `main`. */
  readonly folder: string
  /** The bare repository that it is pushed to; `origin` of the work tree. */
  readonly bare: string
}

/** A Git repository of the sample service, with the testbed's image names in its configuration. Nothing is pushed yet. */
export function createSampleRepository(options: {
  readonly sample: string
  readonly folder: string
  readonly testbed: Pick<TestbedDescription, 'images'>
}): SampleRepository {
  const work = join(options.folder, 'ai-gen-service')
  const bare = join(options.folder, 'ai-gen-service.git')
  mkdirSync(options.folder, { recursive: true })
  git(options.folder, 'init', '--quiet', '--bare', '--initial-branch=main', bare)
  cpSync(options.sample, work, { recursive: true, filter: (source) => !generated.has(basename(source)) })
  useTestbedImages(join(work, '.github', 'stagegate.yml'), options.testbed.images)
  git(work, 'init', '--quiet', '--initial-branch=main')
  git(work, 'remote', 'add', 'origin', bare)
  commitAll(work, 'Release 1.1.0')
  return { folder: work, bare }
}

/** Commits everything in the work tree; the new commit's SHA. */
export function commitAll(folder: string, message: string): string {
  git(folder, 'add', '--all')
  git(
    folder,
    '-c',
    'user.name=Ada Example',
    '-c',
    'user.email=ada@example.com',
    'commit',
    '--quiet',
    '--message',
    message,
  )
  return git(folder, 'rev-parse', 'HEAD')
}

export function git(folder: string, ...args: readonly string[]): string {
  return execFileSync('git', ['-C', folder, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim()
}

/** The images that the sample names are on the internet; the testbed serves its own. */
function useTestbedImages(path: string, images: TestbedDescription['images']): void {
  const document = parseDocument(readFileSync(path, 'utf8'))
  document.setIn(['image', 'build-args', 'BASE_IMAGE'], images.node)
  document.setIn(['deploy', 'migration', 'image'], images.flyway)
  writeFileSync(path, document.toString({ lineWidth: 0 }))
}
