import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { GithubPatience } from '../../src/main/github-patience.ts'
import { GithubWriter } from '../../src/main/github-writer.ts'
import { readLedger } from '../../src/main/ledger/read-ledger.ts'
import { subjectOf } from '../../src/main/ledger/subject.ts'
import type { StageResult } from '../../src/pipeline/index.ts'
import { deployed, done, failed, finding, pushed, stage, step } from '../report/report-of.ts'
import { createGithubClient, createSubject, type Subject } from '../systems/github/subject.ts'
import { systemClock } from '../../src/systems/clock/clock.ts'
import { configOf, headCommit } from './config-of.ts'

const never = new AbortController().signal
const ledger = {
  subject: subjectOf(configOf(), 'd'.repeat(40)),
  writer: { run: '77', attempt: 2, workflow: '.github/workflows/staging.yml', job: 'staging', runner: '' },
  tools: { of: () => Promise.resolve({ platform: 'linux/x64' }) },
}
const patience = new GithubPatience(systemClock)
const redact = (text: string): string => text.replaceAll('hunter2', '***')

describe('what is written to GitHub beside the pipeline', () => {
  let subject: Subject
  let writer: GithubWriter
  let log: string[]

  const output = {
    annotate: (level: string, text: string, { file, line }: { file: string; line: number }) => {
      log.push(`${level} ${file}:${line} ${text}`)
    },
  }
  const openWriter = (config = configOf(), github = subject.github): GithubWriter =>
    new GithubWriter(github, config, { ledger, clock: subject.clock, output, signal: never, redact })

  const end = (...stages: readonly StageResult[]): void => {
    for (const each of stages) writer.listen({ kind: 'stage-ended', stage: each })
  }
  const startDeploy = (): void => {
    writer.listen({ kind: 'step-ended', stage: 'deploy', step: step('start', done) })
  }
  const operations = (): unknown[] =>
    subject.server.state.requests
      .filter(({ method }) => method !== 'GET')
      .map(({ operationId }) => operationId)

  beforeEach(async () => {
    subject = await createSubject()
    log = []
    writer = openWriter()
  })

  afterEach(async () => {
    expect(subject.server.state.violations).toEqual([])
    await subject.server.close()
  })

  test('says of each check run when its stage began and ended', async () => {
    const beganAt = Date.parse('2026-05-04T08:00:00.000Z')
    const options = { ledger, clock: subject.clock, output, signal: never, redact, beganAt }
    const one = new GithubWriter(subject.github, configOf(), options)
    const times = { startedAt: 1_500, endedAt: 61_500.4 }
    one.listen({ kind: 'stage-ended', stage: stage('build', done, times) })
    expect(await one.finish(never)).toEqual([])
    expect(subject.repository.checkRuns).toMatchObject([
      { startedAt: '2026-05-04T08:00:01.500Z', completedAt: '2026-05-04T08:01:01.500Z' },
    ])
  })

  test('names the check runs of two services apart, whatever their status contexts end with', async () => {
    const configs = [
      ...['api', 'worker'].map((service) => ({ service, statusContext: `Deploy ${service} to staging` })),
      ...['mail', 'shop'].map((service) => ({ service, folder: `services/${service}` })),
    ]
    for (const more of configs) {
      const config = configOf(more)
      const of = { ...ledger, subject: subjectOf(config, 'd'.repeat(40)) }
      const one = new GithubWriter(subject.github, config, {
        ...{ ledger: of, clock: subject.clock, output, signal: never, redact },
      })
      one.listen({ kind: 'stage-ended', stage: stage('build', done) })
      expect(await one.finish(never)).toEqual([])
    }
    const names = subject.repository.checkRuns.map(({ name }) => name)
    expect(new Set(names)).toEqual(
      new Set(['api', 'worker', 'mail', 'shop'].map((service) => `Stagegate / build (${service})`)),
    )
  })

  test('is a status, a check run for each stage that ran, and a deployment with its end', async () => {
    writer.setStatus('pending', 'The run has started.')
    end(stage('build', done), stage('scan', done, { resumedFrom: 'run 76' }))
    end(stage('test', { status: 'skipped', reason: 'no tests', blocked: false }))
    startDeploy()
    end(stage('deploy', deployed), stage('report', done))
    writer.setStatus('success', 'Deployed and verified.')
    expect(await writer.finish(never)).toEqual([])
    const { statuses, checkRuns, deployments } = subject.repository
    expect(statuses[0]).toMatchObject({ state: 'success', context: 'Staging Deployment' })
    expect(checkRuns.map(({ name }) => name).toSorted()).toEqual(['Stagegate / build', 'Stagegate / deploy'])
    expect(deployments).toMatchObject([
      {
        environment: 'staging',
        statuses: [
          { state: 'in_progress' },
          { state: 'success', environmentUrl: 'https://staging.example.com' },
        ],
      },
    ])
  })

  test('can be read back as the ledger of the next call, until the stage fails', async () => {
    const stored = async () => {
      await writer.finish(never)
      const { github } = subject
      const { trigger } = configOf()
      const nextAttempt = configOf({ trigger: { ...trigger, run: { ...trigger.run, attempt: 3 } } })
      const warn = (text: string) => {
        expect(text).toBe('')
      }
      return (
        await readLedger({ github, config: nextAttempt, ...ledger, patience, warn, signal: never })
      ).get('image')
    }
    end(stage('image', pushed))
    expect(await stored()).toEqual({
      output: {
        ...(pushed as { output: object }).output,
        ...{ lastingTags: [`sha-${headCommit}`], revision: headCommit },
      },
      from: 'run 77, attempt 2',
    })
    end(stage('image', failed({ message: 'The registry refused.' })))
    expect(await stored()).toBeUndefined()
    expect(subject.repository.checkRuns).toHaveLength(1)
    expect(subject.repository.checkRuns[0]?.text).toContain('"output":null')
  })

  test('has the terminal status first, when much is still waiting', async () => {
    writer.setStatus('pending', 'The run has started.')
    for (const id of ['build', 'test', 'scan']) end(stage(id, done))
    writer.setStatus('failure', 'scan.sast: eval')
    await writer.finish(never)
    expect(operations()).toEqual([
      'repos/create-commit-status',
      'checks/create',
      'checks/create',
      'checks/create',
    ])
    expect(subject.repository.statuses.map(({ state }) => state)).toEqual(['failure'])
  })

  test('has no commit status where the event may not deploy', async () => {
    writer = openWriter(configOf({ mayDeploy: false }))
    writer.setStatus('success', 'Every stage passed.')
    expect(await writer.finish(never)).toEqual([])
    expect(subject.repository.statuses).toEqual([])
  })

  test('marks lines, and has no secret that an escape could hide', async () => {
    const findings = [finding(), finding({ file: undefined, message: 'hunter2' } as never)]
    const secretive = failed({ message: 'login with hunter2 failed', evidence: ['hunter2'] })
    end(stage('build', secretive, { steps: [step('lint', secretive, { kept: { findings } })] }))
    await writer.finish(never)
    const [run] = subject.repository.checkRuns
    expect(run).toMatchObject({
      conclusion: 'failure',
      title: 'build.lint: login with *** failed',
      annotations: [{ path: 'src/server.ts', start_line: 12, annotation_level: 'failure' }],
    })
    expect(JSON.stringify(run)).not.toContain('hunter2')
  })

  test('says once what is not permitted, and does not go on asking', async () => {
    const { value } = subject.server.mintToken({
      repository: 'acme/ai-gen-service',
      permissions: { checks: 'read', statuses: 'write' },
    })
    writer = openWriter(configOf(), createGithubClient(subject.server, value))
    for (const id of ['build', 'test', 'scan']) end(stage(id, done))
    writer.setStatus('success', 'Deployed.')
    expect(await writer.finish(never)).toEqual([
      expect.stringMatching(
        /^The check run Stagegate \/ build was not written.*checks: write\. Each stage has a commit status instead, and/,
      ),
    ])
    expect(subject.count('checks/create')).toBe(1)
    expect(subject.repository.statuses.map(({ context }) => context).toSorted()).toEqual([
      'Stagegate / build',
      'Stagegate / scan',
      'Stagegate / test',
      'Staging Deployment',
    ])
  })

  test('tries nothing that preflight has found to be missing, and does not say it again', async () => {
    const { value } = subject.server.mintToken({ repository: 'acme/ai-gen-service', permissions: {} })
    writer = openWriter(configOf(), createGithubClient(subject.server, value))
    writer.setStatus('pending', 'The run has started.')
    const first = await writer.firstStatus
    if (first?.written !== false) throw new Error('the token may write nothing')
    writer.lack('statuses', first.reason)
    writer.lack('checks', 'checks: write cannot be asked for: Resource not accessible by integration.')
    writer.lack('deployments', 'deployments: write cannot be asked for')
    end(stage('build', done), stage('test', done))
    startDeploy()
    end(stage('deploy', deployed))
    writer.setStatus('success', 'Deployed.')
    expect(await writer.finish(never)).toEqual([])
    expect([subject.count('checks/create'), subject.count('repos/create-deployment')]).toEqual([0, 0])
    // One for the run, and one in place of a check run, which tells that those cannot be written either.
    expect(subject.count('repos/create-commit-status')).toBe(2)
  })

  test('gives up check runs after three failures in a row, but never the status', async () => {
    subject.server.inject({ operationId: 'checks/list-for-ref', fault: '500', times: 'forever' })
    for (const id of ['build', 'test', 'scan', 'image', 'deploy']) end(stage(id, done))
    expect(await writer.finish(never)).toHaveLength(3)
    writer.setStatus('success', 'Deployed.')
    expect(await writer.finish(never)).toHaveLength(3)
    expect(subject.repository.statuses).toHaveLength(1)
  })

  test('has its deployment, with its end, though GitHub was away when it began', async () => {
    subject.server.inject({ operationId: 'repos/create-deployment', fault: '503', times: 3 })
    startDeploy()
    await expect.poll(() => subject.count('repos/create-deployment')).toBe(3)
    end(stage('deploy', deployed))
    writer.setStatus('success', 'Deployed and verified.')
    expect(await writer.finish(never)).toEqual([])
    const { deployments } = subject.repository
    expect(deployments.map((each) => each.statuses.map(({ state }) => state))).toEqual([['success']])
  })

  test('has every check run, and so its ledger, though GitHub was away in the middle', async () => {
    subject.server.inject({ operationId: 'checks/list-for-ref', fault: '503', times: 11 })
    for (const id of ['build', 'test', 'scan', 'image']) end(stage(id, done))
    await expect.poll(() => subject.count('checks/list-for-ref')).toBe(11)
    writer.setStatus('success', 'Deployed.')
    expect(await writer.finish(never)).toEqual([])
    expect(subject.repository.checkRuns.map(({ name }) => name).toSorted()).toEqual(
      ['build', 'image', 'scan', 'test'].map((id) => `Stagegate / ${id}`),
    )
  })

  test('ends when its time is over, though GitHub never answers', async () => {
    subject.server.inject({ fault: 'hang', times: 'forever' })
    const over = new AbortController()
    end(stage('build', done), stage('test', done))
    writer.setStatus('success', 'Deployed.')
    const finished = writer.finish(over.signal)
    await expect.poll(() => subject.server.state.requests.length).toBeGreaterThan(0)
    over.abort(new Error('the time is over'))
    expect(await finished).toEqual(
      expect.arrayContaining(['The commit status was not written: the time is over.']),
    )
  })

  describe('in a whole run', () => {
    const stages = ['preflight', 'checkout', 'build', 'test', 'scan', 'image', 'deploy']
    /** Until GitHub has answered what it was asked, and is asked nothing more; where it never does, a little while. */
    const answered = async (): Promise<void> => {
      const { requests } = subject.server.state
      const most = subject.server.faults.list().length > 0 ? 4 : 100
      for (let rounds = 0, quiet = 0, seen = -1; quiet < 3 && rounds < most; rounds += 1) {
        await new Promise((resolve) => setTimeout(resolve, 15))
        const isQuiet = requests.length === seen && requests.every(({ status }) => status !== null)
        quiet = isQuiet ? quiet + 1 : 0
        seen = requests.length
      }
    }
    const runStages = async (config = configOf(), github = subject.github): Promise<readonly string[]> => {
      const warn = (text: string): void => {
        log.push(text)
      }
      await readLedger({ github, config, ...ledger, patience, warn, signal: never })
      writer = openWriter(config, github)
      writer.setStatus('pending', 'The run has started.')
      writer.heal(warn)
      for (const id of stages) {
        writer.listen({ kind: 'stage-started', stage: id, steps: [] })
        if (id === 'deploy') startDeploy()
        // Long enough for each stage to be mentioned; a request that is under way would be overtaken by its deadline.
        await answered()
        subject.clock.advance(30_000)
        await answered()
        const result = id === 'image' ? pushed : id === 'deploy' ? deployed : done
        end(stage(id, result))
      }
      writer.listen({ kind: 'stage-started', stage: 'report', steps: [] })
      writer.setStatus('success', 'Deployed and verified.')
      return writer.finish(never)
    }

    test('without findings takes at most 21 requests, which leaves four for preflight', async () => {
      expect(await runStages()).toEqual([])
      const { requests } = subject.server.state
      expect(requests.length).toBeLessThanOrEqual(21)
      expect(requests.length).toBeGreaterThanOrEqual(16)
      const { statuses, checkRuns, deployments } = subject.repository
      expect(checkRuns).toHaveLength(7)
      expect(deployments[0]?.statuses.map(({ state }) => state)).toEqual(['in_progress', 'success'])
      expect(statuses[0]?.state).toBe('success')
      expect(statuses.slice(1).map(({ description }) => description)).toContain(
        'ai-gen-service v1.1.0: scan is running.',
      )
    })

    test('on a server without check runs and deployments leaves a status for each stage, and says it once', async () => {
      await subject.server.close()
      subject = await createSubject(
        {},
        { absent: ['checks/', 'repos/create-deployment', 'repos/list-deployment', 'actions/'] },
      )
      const lost = await runStages()
      expect(lost).toEqual([
        expect.stringMatching(/^The deployment was not written/),
        expect.stringMatching(
          /^The check run .* was not written: Not Found\. Each stage has a commit status/,
        ),
      ])
      const contexts = subject.repository.statuses.map(({ context, state }) => `${context}: ${state}`)
      expect(new Set(contexts.filter((each) => !each.endsWith('pending')))).toEqual(
        new Set(['Staging Deployment: success', ...stages.map((id) => `Stagegate / ${id}: success`)]),
      )
    })

    test.each(['500', 'reset', 'html', '401', '404', 'rate-limit', 'secondary-limit'])(
      'in which GitHub answers everything with %s ends, and says what was lost',
      async (fault) => {
        subject.server.inject({ fault, times: 'forever' })
        const lost = await runStages()
        expect(lost.join(' ')).toMatch(/was not written/)
        // Where GitHub names a time, it is asked again only after it; the clock of this test flies.
        if (!fault.endsWith('limit')) expect(subject.server.state.requests.length).toBeLessThan(120)
      },
    )
  })
})
