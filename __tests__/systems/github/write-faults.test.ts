import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CommitStatus, Written } from '../../../src/systems/github/github.ts'
import { checkWith, commit, createSubject, runUrl, type Subject } from './subject.ts'

const never = new AbortController().signal
const status: CommitStatus = {
  commit,
  state: 'success',
  context: 'Staging Deployment',
  description: 'Deployed.',
  targetUrl: runUrl,
}
const deployment = { commit, environment: 'staging', description: 'v1.1.0', key: 'ai-gen-service/77/2' }
const done = {
  state: 'success',
  description: 'Deployed.',
  logUrl: runUrl,
  environmentUrl: undefined,
} as const

interface Kind {
  /** The request that does it, which the fault strikes. */
  readonly operationId: string
  /** Brings about what the write needs. */
  readonly prepare?: (subject: Subject) => Promise<void>
  readonly write: (subject: Subject) => Promise<Written>
  /** How often its effect is there. */
  readonly effects: (subject: Subject) => number
}

const kinds: Readonly<Record<string, Kind>> = {
  'a commit status': {
    operationId: 'repos/create-commit-status',
    write: ({ github }) => github.writeStatus(status, never),
    effects: ({ repository }) => repository.statuses.length,
  },
  'a new check run': {
    operationId: 'checks/create',
    write: ({ github }) => github.writeCheck(checkWith(3), never),
    effects: ({ repository }) =>
      repository.checkRuns.length === 1 && repository.checkRuns[0]?.annotations.length === 3
        ? 1
        : repository.checkRuns.length,
  },
  'a check run that is there': {
    operationId: 'checks/update',
    async prepare({ github }) {
      await github.writeCheck(checkWith(3), never)
    },
    write: ({ github }) => github.writeCheck(checkWith(5, { title: 'again' }), never),
    effects: ({ repository: { checkRuns } }) =>
      checkRuns.filter(({ title, annotations }) => title === 'again' && annotations.length === 5).length,
  },
  'a deployment': {
    operationId: 'repos/create-deployment',
    write: ({ github }) => github.startDeployment(deployment, never),
    effects: ({ repository }) => repository.deployments.length,
  },
  'the state of a deployment': {
    operationId: 'repos/create-deployment-status',
    async prepare({ github }) {
      await github.startDeployment(deployment, never)
    },
    write: ({ github, repository }) =>
      github.setDeploymentState(repository.deployments[0]?.id ?? 0, done, never),
    effects: ({ repository }) => repository.deployments[0]?.statuses.length ?? 0,
  },
}

/** Faults after which the write is not there, and how it is said. */
const refused: readonly (readonly [fault: string, expected: object])[] = [
  ['401', { code: 'E_GITHUB_TOKEN', refused: true }],
  ['403', { code: 'E_GITHUB_PERMISSION', refused: true }],
  ['410', { code: 'E_GITHUB_NOT_FOUND', refused: true }],
  ['422', { code: 'E_GITHUB_VALIDATION', refused: false }],
  ['rate-limit', { code: 'E_GITHUB_RATE_LIMITED', refused: false, until: expect.any(Date) }],
  ['secondary-limit', { code: 'E_GITHUB_RATE_LIMITED', refused: false, until: expect.any(Date) }],
]

/** Passing faults: the write is there once, and only once, whether or not its work was done when the fault struck. */
const passing: readonly (readonly [fault: string, retryAfter: string])[] = [
  ...['500', '502', '503', '504', 'reset', 'close', 'html', 'garbage', 'empty'].map(unasked),
  ...['after-effect-500', 'after-effect-502', 'after-effect-504', 'after-effect-empty'].map(unasked),
  ...['after-effect-reset', 'after-effect-close', 'after-effect-html', 'after-effect-garbage'].map(unasked),
  ...['cut-body', 'reset-body', 'truncated'].map(unasked),
  ['429', '3'],
  ['secondary-limit', '5'],
]

function unasked(fault: string): readonly [string, string] {
  return [fault, '']
}

describe.each(Object.entries(kinds))('%s', (_, { operationId, prepare, write, effects }) => {
  let subject: Subject

  beforeEach(async () => {
    subject = await createSubject()
    await prepare?.(subject)
  })

  afterEach(async () => {
    expect(subject.server.state.violations).toEqual([])
    await subject.server.close()
  })

  test.each(refused)(
    'is not there after %s, which is said and not asked for again',
    async (fault, expected) => {
      subject.server.inject({ operationId, fault, times: 'forever' })
      expect(await write(subject)).toMatchObject({ written: false, ...expected })
      expect(effects(subject)).toBe(0)
      expect(subject.count(operationId)).toBe(1)
    },
  )

  test('is not there after 404, or is made anew where it was deleted', async () => {
    subject.server.inject({ operationId, fault: '404', times: 'forever' })
    const written = await write(subject)
    if (operationId === 'checks/update') expect(written).toEqual({ written: true })
    else expect(written).toMatchObject({ written: false, code: 'E_GITHUB_NOT_FOUND', refused: true })
  })

  test('is not there after 409, a conflict that stays', async () => {
    subject.server.inject({ operationId, fault: '409', times: 'forever' })
    expect(await write(subject)).toMatchObject({
      written: false,
      code: 'E_GITHUB_VALIDATION',
      refused: false,
    })
    expect(effects(subject)).toBe(0)
  })

  test.each(passing)('is there exactly once after %s', async (fault, retryAfter) => {
    subject.server.inject({ operationId, fault, ...(retryAfter === '' ? {} : { retryAfter }) })
    expect(await write(subject)).toMatchObject({ written: true })
    expect(effects(subject)).toBe(1)
    if (retryAfter !== '') {
      expect(Math.max(...subject.clock.slept)).toBeGreaterThanOrEqual(Number(retryAfter) * 1000)
    }
  })

  test('waits for a date that GitHub names, by its own clock', async () => {
    const retryAfter = new Date(Math.ceil(Date.now() / 1000) * 1000 + 8_000).toUTCString()
    subject.server.inject({ operationId, fault: '429', retryAfter })
    expect(await write(subject)).toMatchObject({ written: true })
    expect(effects(subject)).toBe(1)
    expect(Math.max(...subject.clock.slept)).toBeGreaterThanOrEqual(5_000)
  })

  test('is not asked for while GitHub limits the rate, and is there when it no longer does', async () => {
    const before = subject.count(operationId)
    subject.server.inject({ operationId, fault: '429', retryAfter: '300' })
    const limited = await write(subject)
    if (limited.written) throw new Error('it was written')
    expect(limited.until?.getTime()).toBe(subject.clock.now().getTime() + 300_000)
    const requests = subject.server.state.requests.length
    expect(await write(subject)).toMatchObject({ written: false, until: limited.until })
    expect(subject.server.state.requests).toHaveLength(requests)
    subject.clock.advance(300_000)
    expect(await write(subject)).toMatchObject({ written: true })
    expect([effects(subject), subject.count(operationId) - before]).toEqual([1, 2])
  })

  test('ends after a few seconds when GitHub hangs, and is said not to be there', async () => {
    subject.server.inject({ fault: 'hang', times: 'forever' })
    const writing = write(subject)
    const waited = subject.clock.monotonic()
    let written: Written | undefined
    void writing.then((each) => (written = each))
    while (written === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      if (subject.clock.pending() > 0) subject.clock.advance(1_000)
    }
    expect(written).toMatchObject({ written: false, code: 'E_GITHUB_UNAVAILABLE', refused: false })
    expect(subject.clock.monotonic() - waited).toBeLessThanOrEqual(60_000)
  })
})
