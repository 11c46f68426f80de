import { describe, expect, it } from 'vitest'
import { recordWrites } from '../../src/main/record-writes.ts'
import type { CommitStatus, GitHub, NotWritten, Written } from '../../src/systems/github/github.ts'

const { signal } = new AbortController()
const pending: CommitStatus = {
  ...{ commit: 'a'.repeat(40), context: 'Staging Deployment', targetUrl: 'https://example.com' },
  ...{ state: 'pending', description: 'The run has started.' },
}
const error: CommitStatus = { ...pending, state: 'error', description: 'Cancelled in build.' }
const down: NotWritten = { written: false, code: 'E_GITHUB_UNAVAILABLE', reason: 'no answer', refused: false }
const forbidden: NotWritten = {
  written: false,
  code: 'E_GITHUB_PERMISSION',
  reason: 'statuses: write is missing',
  refused: true,
}

/** GitHub as far as these writes go: each answer in turn, then always the last one. */
function answering(...answers: readonly Written[]) {
  const sent: unknown[] = []
  const answer = (what: unknown): Promise<Written> => {
    sent.push(what)
    return Promise.resolve(answers[Math.min(sent.length, answers.length) - 1] ?? { written: true })
  }
  const github = {
    writeStatus: answer,
    setDeploymentState: (_id: number, state: unknown) => answer(state),
    startDeployment: () => Promise.resolve({ written: true, id: 1 }),
  } as unknown as GitHub
  return { sent, writes: recordWrites(github, pending) }
}

const state = (value: 'in_progress' | 'error') => ({
  ...{ state: value, description: '', logUrl: '', environmentUrl: undefined },
})

describe('what is known of the writes of a run', () => {
  it('nothing is lost when GitHub takes all of it, and the same is not said twice', async () => {
    const { sent, writes } = answering({ written: true })
    await writes.github.writeStatus(pending, signal)
    expect([writes.hasTerminalStatus(), writes.lost()]).toEqual([false, undefined])
    await writes.github.writeStatus(error, signal)
    expect(await writes.github.writeStatus({ ...error }, signal)).toEqual({ written: true })
    expect([writes.hasTerminalStatus(), writes.lost()]).toEqual([true, undefined])
    expect(sent).toEqual([pending, error])
  })

  it('a status that was not taken is lost until it is taken', async () => {
    const { writes } = answering({ written: true }, down, { written: true })
    await writes.github.writeStatus(pending, signal)
    await writes.github.writeStatus(error, signal)
    expect([writes.hasTerminalStatus(), writes.lost()]).toEqual([false, error])
    await writes.github.writeStatus(error, signal)
    expect([writes.hasTerminalStatus(), writes.lost()]).toEqual([true, undefined])
  })

  it('what GitHub refuses is not lost: it would refuse it again', async () => {
    const { writes } = answering(forbidden)
    await writes.github.writeStatus(error, signal)
    expect(writes.lost()).toBeUndefined()
  })

  it('a deployment that did not come to its end is left to be ended', async () => {
    const { writes } = answering({ written: true }, { written: true }, down)
    await writes.github.writeStatus(error, signal)
    await writes.github.startDeployment({ commit: '', environment: '', description: '', key: '' }, signal)
    await writes.github.setDeploymentState(1, state('in_progress'), signal)
    expect(writes.lost()).toEqual(error)
    await writes.github.setDeploymentState(1, state('error'), signal)
    expect(writes.lost()).toEqual(error)
  })
})
