import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type GithubServer, startGithubServer } from '../systems/github/server.ts'
import { expectGivenBack, tail } from './expectations.ts'
import { SampleRun } from './sample-run.ts'
import { Staging } from './staging.ts'

const run = new SampleRun()
const staging = new Staging(run.testbed)
afterAll(() => {
  run.close()
})

describe('a deployment while GitHub does not answer for the whole run', () => {
  let server: GithubServer
  beforeAll(() => {
    staging.empty()
  })
  beforeEach(async () => {
    server = await startGithubServer()
    run.newRun()
  })
  afterEach(async () => {
    await server.close()
  })

  it.each(['hang', '503'])(
    'has the result that it has anyway, and says in the log what was lost (%s)',
    async (fault) => {
      server.inject({ fault, times: 'forever' })
      const result = await run.call({ inputs: { from: 'auto' }, env: { GITHUB_API_URL: server.url } })
      console.info(
        `GitHub ${fault}: ${(result.durationMs / 1000).toFixed(0)} s, ${server.state.requests.length} requests`,
      )
      expect(result.exitCode, tail(result)).toBe(0)
      expect(result.report?.result).toBe('success')
      expect(result.outputs).toMatchObject({ result: 'success', 'failed-stage': '' })
      expect(staging.runningDigests()).toEqual([result.outputs['image-digest']])
      expect(result.log).toContain('Earlier passes cannot be read: ')
      for (const what of ['The commit status was not written', 'The check run Stagegate / ']) {
        expect(result.log).toContain(what)
      }
      expect(server.state.requests.length).toBeLessThan(100)
      await expectGivenBack(run, result)
    },
  )
})
