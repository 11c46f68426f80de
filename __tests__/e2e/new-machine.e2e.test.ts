import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ranSteps, tail } from './expectations.ts'
import type { BundleResult } from './run-bundle.ts'
import { SampleRun } from './sample-run.ts'
import { Staging } from './staging.ts'

const run = new SampleRun()
const staging = new Staging(run.testbed)
afterAll(() => {
  run.close()
})

/** Another run of the commit that is checked out, on a machine of its own. */
function callOnNewMachine(
  inputs: Readonly<Record<string, string>> = {},
  more: { readonly permissions?: Readonly<Record<string, string>> } = {},
): Promise<BundleResult> {
  run.newRun()
  return run.call({ inputs, workspace: run.newMachine(), ...more })
}

function resumedStages({ report }: BundleResult): readonly string[] {
  return (report?.stages ?? []).filter(({ resumedFrom }) => resumedFrom !== null).map(({ id }) => id)
}

describe('a test that passes only later', () => {
  let first: BundleResult
  let second: BundleResult
  beforeAll(async () => {
    const there = join(run.folder, 'there')
    await run.commit('Wait for a file', [
      {
        path: 'test/unit/flaky.test.ts',
        content: `import { ok } from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { it } from 'node:test'

it('finds the file', () => {
  ok(existsSync('${there}'))
})
`,
      },
    ])
    first = await callOnNewMachine()
    writeFileSync(there, '')
    second = await callOnNewMachine()
  })

  it('is green in the next run, which takes the build over and has its dependencies all the same', () => {
    expect(first.report?.failure, tail(first)).toMatchObject({ stage: 'test', step: 'unit' })
    expect(second.exitCode, tail(second)).toBe(0)
    expect(resumedStages(second)).toEqual(['build'])
    expect(ranSteps(second, 'build')).toEqual(['prepare', 'compile'])
    expect(second.summary).toContain('run again here: prepare, compile')
  })
})

describe('a commit whose image is another one each time', () => {
  const lasting = (): string => `sha-${run.head()}`
  let first: BundleResult
  let digest: string | undefined
  beforeAll(async () => {
    await run.commit('Pack a number that is new each time', [
      {
        path: '.github/stagegate.yml',
        replace: {
          find: 'compile: npm run build',
          with: "compile: [npm run build, 'head -c 16 /dev/urandom > dist/number']",
        },
      },
      { path: 'Dockerfile', append: '\nCOPY dist/number ./number\n' },
      { path: '.dockerignore', append: '\n!dist/number\n' },
    ])
    first = await callOnNewMachine()
    digest = first.outputs['image-digest']
  })

  /** It went on with its own image, and said so; the tag stays with the first build. */
  async function expectOwnImage(result: BundleResult): Promise<void> {
    expect(result.exitCode, tail(result)).toBe(0)
    const own = result.outputs['image-digest']
    expect(own).not.toBe(digest)
    expect(result.outputs['image-tags']).toBe('v1.1.0-staging')
    expect(await staging.taggedDigest(lasting())).toBe(digest)
    expect(await staging.taggedDigest('v1.1.0-staging')).toBe(own)
    expect(staging.runningDigests()).toEqual([own])
    for (const said of [result.log, result.summary]) {
      expect(said).toMatch(/The build is not reproducible/)
      expect(said).toContain(digest)
    }
  }

  it('is pushed under both tags by its first run', () => {
    expect(first.exitCode, tail(first)).toBe(0)
    expect(first.outputs['image-tags']).toBe(`v1.1.0-staging\n${lasting()}`)
  })

  it('is green from the image on, on a machine that has not built it', async () => {
    const result = await callOnNewMachine({ from: 'image' })
    await expectOwnImage(result)
    expect(ranSteps(result, 'build')).toEqual(['prepare', 'compile'])
  })

  it('is what a later run resumes with: the digest that was scanned, not the one behind the tag', async () => {
    const before = await staging.taggedDigest('v1.1.0-staging')
    const result = await callOnNewMachine()
    expect(result.exitCode, tail(result)).toBe(0)
    expect(resumedStages(result)).toEqual(['build', 'test', 'scan', 'image'])
    expect(ranSteps(result, 'build')).toEqual([])
    expect(result.outputs['image-digest']).toBe(before)
    expect(staging.runningDigests()).toEqual([before])
  })

  it('is green where no ledger can be written, and everything runs', async () => {
    const permissions = { contents: 'read', statuses: 'write', deployments: 'write', 'id-token': 'write' }
    await expectOwnImage(await callOnNewMachine({}, { permissions }))
  })
})
