import { describe, expect, it } from 'vitest'
import { StagegateError } from '../../../src/errors/index.ts'
import { leaveResult } from '../../../src/main/jobs/leave-result.ts'
import type { Conclusion } from '../../../src/report/conclusion/conclude.ts'

async function leave(trusted: boolean | undefined, status: Conclusion['result'], fails: boolean) {
  const warnings: string[] = []
  const errors: string[] = []
  const outputs: string[] = []
  const may = await leaveResult(
    {
      handOver: () =>
        fails
          ? Promise.reject(new StagegateError('E_ARTIFACT_UNAVAILABLE', { message: 'The service is down.' }))
          : Promise.resolve(),
    },
    { status, stages: [], durationMs: 1 },
    {
      job: trusted === undefined ? undefined : { trusted },
      console: {
        warn: (text) => void warnings.push(text),
        output: { error: (text: string) => void errors.push(text) } as never,
        runnerFiles: {
          setOutput: (name: string, value: string) => {
            outputs.push(`${name}=${value}`)
            return Promise.resolve()
          },
        } as never,
      },
    },
  )
  return { may, warnings, errors, outputs }
}

describe('a result that cannot be handed over', () => {
  it('leaves a job that pushed or deployed as it ended, with a warning', async () => {
    expect(await leave(true, 'success', true)).toEqual({
      may: true,
      warnings: [expect.stringContaining('The service is down.')],
      errors: [],
      outputs: [],
    })
  })

  it('fails a job that runs code of the commit: the jobs after it can learn of it in no other way', async () => {
    const { may, errors, outputs } = await leave(false, 'success', true)
    expect(may).toBe(false)
    expect(errors).toEqual([expect.stringContaining('E_ARTIFACT_UNAVAILABLE')])
    expect(outputs).toEqual(['result=failure'])
  })

  it('leaves the cause of a failure that was there before', async () => {
    expect((await leave(false, 'failure', true)).outputs).toEqual([])
  })

  it.each([true, false, undefined])('says nothing where it can be (trusted: %s)', async (trusted) => {
    expect(await leave(trusted, 'success', false)).toEqual({
      may: true,
      warnings: [],
      errors: [],
      outputs: [],
    })
  })
})
