import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EndAtOnce } from '../../src/main/end-at-once.ts'
import { endEarly } from '../../src/main/end-early.ts'
import { GithubWriter } from '../../src/main/github-writer.ts'
import { subjectOf } from '../../src/main/ledger/subject.ts'
import { recordWrites } from '../../src/main/record-writes.ts'
import { listenToSignals } from '../../src/main/signals.ts'
import { systemClock } from '../../src/systems/clock/clock.ts'
import { createGithubClient, createSubject, type Subject } from '../systems/github/subject.ts'
import { configOf, headCommit as commit } from './config-of.ts'

type Act = Parameters<EndAtOnce['add']>[0]

describe('the commit status of a run that is ended before its time', () => {
  let subject: Subject
  let runner: EventEmitter
  let writer: GithubWriter
  let early: ReturnType<typeof endEarly>
  let atOnce: Act
  let acted: Promise<unknown> | undefined

  beforeEach(async () => {
    subject = await createSubject()
    runner = new EventEmitter()
    acted = undefined
    // The gap between writes, the time that is left and the answers are of the same clock.
    const signals = listenToSignals(runner, systemClock)
    const config = configOf()
    const github = createGithubClient(subject.server, subject.token, systemClock)
    const writes = recordWrites(github, { commit, context: config.statusContext })
    writer = new GithubWriter(writes.github, config, {
      ledger: {
        subject: subjectOf(config, 'd'.repeat(40)),
        writer: { run: '77', attempt: 2, workflow: 'w.yml', job: 'staging', runner: '' },
        tools: { of: () => Promise.resolve({}) },
      },
      clock: systemClock,
      output: { annotate: () => undefined },
      signal: signals.lastSignal,
      redact: (text) => text,
    })
    const add = (act: Act): void => {
      atOnce = act
    }
    early = endEarly({
      config,
      signals,
      writer,
      writes,
      atOnce: { add, run: () => Promise.reject(new Error()) },
    })
    signals.onLate(() => {
      acted = atOnce(AbortSignal.timeout(900))
    })
  })
  afterEach(() => subject.server.close())

  const states = (): readonly string[] =>
    subject.repository.statuses.map(({ state, description }) => `${state}: ${description ?? ''}`)
  const begin = async (): Promise<void> => {
    writer.setStatus('pending', 'The run has started.')
    await writer.firstStatus
    early.listen({ kind: 'stage-started', stage: 'build', steps: [] })
  }

  it('is an error within the time that a second signal leaves, however lately another was written', async () => {
    await begin()
    runner.emit('SIGINT')
    runner.emit('SIGTERM')
    await acted
    expect(states()).toEqual(['error: Cancelled in build.', 'pending: The run has started.'])
  })

  it('is not pending again after the error, neither written over it nor in its place', async () => {
    await begin()
    runner.emit('SIGINT')
    // As when it was the turn of the running stage's name at that very moment.
    writer.setStatus('pending', 'build is running.')
    expect(await writer.finish(new AbortController().signal)).toEqual([])
    expect(states()).toEqual(['error: Cancelled in build.', 'pending: The run has started.'])
  })
})
