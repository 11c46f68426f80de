import { copyFileSync, cpSync, mkdirSync } from 'node:fs'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { commitAll, git, type SampleRepository } from '../../../script/lib/demo/sample-repository.ts'
import type { TestbedDescription } from '../../../script/lib/testbed/description.ts'
import { root } from '../../workflows/workflow.ts'

/**
 * A Git repository of a service that builds, tests, scans, packs and deploys in seconds: its program is the testbed's own
 * `pause`, so its image needs no base image, and no login to pull one.
 */
export function createSmallRepository(folder: string, testbed: TestbedDescription): SampleRepository {
  const work = join(folder, 'work')
  const bare = join(folder, 'small-service.git')
  mkdirSync(folder, { recursive: true })
  git(folder, 'init', '--quiet', '--bare', '--initial-branch=main', bare)
  cpSync(join(root, '__tests__', 'fixtures', 'small-service'), work, { recursive: true })
  const [program] = globSync(join(testbed.cache, 'go', 'pause-*', 'bin', 'pause'))
  if (program === undefined) throw new Error('the testbed has built no pause')
  copyFileSync(program, join(work, 'pause'))
  git(work, 'init', '--quiet', '--initial-branch=main')
  git(work, 'remote', 'add', 'origin', bare)
  commitAll(work, 'Say hello')
  git(work, 'push', '--quiet', 'origin', 'main')
  return { folder: work, bare }
}
