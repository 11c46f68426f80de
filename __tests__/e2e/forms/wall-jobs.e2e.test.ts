import { freePort } from '../../free-port.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JobsEnd } from '../../workflows/run-jobs.ts'
import { tail } from '../expectations.ts'
import { HostileJobs } from './hostile-jobs.ts'
import { turnHostile } from './hostile-repository.ts'
import { readImageFile } from './read-image.ts'
import { removeSmallService } from './remove-small-service.ts'
import { SecureRun } from './secure-run.ts'
import { findTreasures, listTreasures } from './treasures.ts'

let run: SecureRun
let jobs: HostileJobs
beforeAll(async () => {
  run = await SecureRun.open()
  jobs = await HostileJobs.open(run)
})
afterAll(async () => {
  await jobs[Symbol.asyncDispose]()
  removeSmallService(run.testbed)
  await run[Symbol.asyncDispose]()
})

const everyLog = (): string =>
  [...run.results].map(([name, result]) => `### ${name}\n${tail(result)}`).join('\n')

/** Where the commit's own programs run; image-build runs them inside BuildKit, too. */
const foreign = ['build', 'test (1/1)', 'scan (dast)', 'image-build (linux/amd64)']
/** Scanners that read the commit, and start nothing of it. */
const reading = ['scan (sast)', 'scan (dependencies)']
const trusted = ['preflight', 'image-push', 'deploy', 'report']

describe('hostile code in the jobs of the reusable workflow', () => {
  let end: JobsEnd
  let treasures: Readonly<Record<string, string>>
  beforeAll(async () => {
    turnHostile(run, 'Take what can be taken', {
      build: 'steal read-artifacts',
      test: 'steal',
      service: { port: await freePort(), words: 'steal' },
      dockerfile: true,
      sast: true,
    })
    end = await run.run({ onCall: (call) => jobs.runJob(call) })
    treasures = await listTreasures(run)
  })

  it('runs where the documentation says that code of the commit runs, and nowhere else', async () => {
    expect(new Set(Object.values(end.jobs).map(({ result }) => result)), everyLog()).toEqual(
      new Set(['success']),
    )
    expect(jobs.names().toSorted()).toEqual([...foreign, ...trusted, ...reading].toSorted())
    expect(jobs.names().filter((name) => jobs.lootOf(name) !== '')).toEqual(
      expect.arrayContaining(foreign) as string[],
    )
    for (const name of foreign) expect(jobs.lootOf(name), name).toContain('INPUT_NEEDS')
    for (const name of [...trusted, ...reading]) expect(jobs.lootOf(name), name).toBe('')
    const image = end.outputs.image ?? ''
    expect(await readImageFile(run.testbed, image, 'loot.txt')).toContain('/proc/1/environ')
  })

  it.each(foreign)(
    'finds in %s only what that job was given: a token that reads, and the one for artifacts',
    (name) => {
      expect(findTreasures(treasures, jobs.lootOf(name))).toEqual([
        `runtime token of ${name}`,
        `token of ${name}`,
      ])
    },
  )

  it('finds nothing at all in a RUN of the Dockerfile, and is nobody to GitHub', async () => {
    const image = end.outputs.image ?? ''
    expect(findTreasures(treasures, await readImageFile(run.testbed, image, 'loot.txt'))).toEqual([])
    // Whoever has no token is told that there is nothing, or that he may not.
    expect(await readImageFile(run.testbed, image, 'deeds.txt')).toMatch(
      /^forged status: 40[134]\nforged pass of scan: 40[134]\n$/,
    )
  })

  it.each(foreign)('is refused in %s whatever it tries, but for its own log and the caches', (name) => {
    expect(jobs.deedsOf(name)).toEqual([
      'forged status: 403',
      ...['build', 'test', 'scan', 'image'].map((stage) => `forged pass of ${stage}: 403`),
      'forged deployment: 403',
      'identity: no URL',
      'wrote a cache: 200',
      'wrote to the log of the step: true',
    ])
  })

  it('puts nothing into the image that another job builds from the same commit', async () => {
    expect(jobs.read('build', 'index.js')).toBe('changed by the build\n')
    expect(await readImageFile(run.testbed, end.outputs.image ?? '', 'index.js')).toContain('hello')
  })

  it('writes caches that no job of ours asks for', () => {
    const calls = (name: string): readonly string[] =>
      run.artifacts.callsOf(run.grants.get(name)?.env.ACTIONS_RUNTIME_TOKEN ?? '')
    for (const name of foreign) expect(calls(name)).toContain('CacheService/CreateCacheEntry')
    for (const name of trusted.filter((each) => each !== 'report')) {
      expect(calls(name), name).toContain('ArtifactService/CreateArtifact')
    }
    for (const name of trusted) {
      expect(calls(name).filter((call) => !call.startsWith('ArtifactService/'))).toEqual([])
    }
  })

  it('leaves nothing forged on GitHub', async () => {
    const github = await run.github()
    expect(JSON.stringify(github)).not.toContain('forged')
    expect(github.statuses[0]?.state).toBe('success')
  })
})
