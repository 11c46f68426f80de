import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { build } from '../../src/stages/build/build.ts'
import { stages } from '../../src/stages/pipeline.ts'
import { createRunnerFiles } from '../../src/systems/runner/runner-files.ts'
import { configOf } from '../main/config-of.ts'
import { Workshop } from './commands/run-stage.ts'

let workshop: Workshop
let file: string

beforeEach(async () => {
  workshop = await Workshop.open({})
  file = join(workshop.temporary, 'set_env')
  writeFileSync(file, '')
  Object.assign(workshop.systems, { runnerFiles: createRunnerFiles({ GITHUB_ENV: file }) })
})
afterEach(() => workshop.dispose())

function compile(script: string) {
  const config = { build: { ...configOf().build, compile: workshop.command(script) } }
  return workshop.run(stages.build as unknown as typeof build, config)
}

describe('a build that finds a file of the runner', () => {
  it('has failed when it writes there, and the steps after it get nothing of it', async () => {
    const { error } = await compile(`echo LD_PRELOAD=/tmp/evil.so >> '${file}'`)
    expect(error).toMatchObject({
      code: 'E_INTEGRITY_RUNNER_FILES',
      evidence: ['GITHUB_ENV: 24 bytes that Stagegate did not write; they name LD_PRELOAD'],
    })
    expect(readFileSync(file, 'utf8')).toBe('')
  })

  it('has failed by itself when it fails as well, and the steps after it get nothing of it', async () => {
    const { error } = await compile(`echo A=b >> '${file}'; exit 3`)
    expect(error?.code).toBe('E_COMMAND_FAILED')
    expect(readFileSync(file, 'utf8')).toBe('')
  })

  it('has passed when it leaves it alone', async () => {
    expect((await compile('true')).error).toBeUndefined()
  })
})
