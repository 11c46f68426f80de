import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commitAll, git } from '../../../script/lib/demo/sample-repository.ts'
import { type FormEnd, runForm } from './form-run.ts'
import { forms, inBundle, type Outcome, outcomes, prepare, said } from './matrix.ts'
import { removeSmallService } from './remove-small-service.ts'
import { eventOf } from './run-event.ts'
import { SecureRun } from './secure-run.ts'

let run: SecureRun
beforeAll(async () => {
  run = await SecureRun.open()
})
afterAll(async () => {
  removeSmallService(run.testbed)
  await run[Symbol.asyncDispose]()
})

function commit(outcome: Outcome, title: string): void {
  const { folder } = run.repository
  prepare(folder, outcome, title)
  commitAll(folder, title)
  git(folder, 'push', '--quiet', '--force', 'origin', 'HEAD:main')
}

const tailOf = ({ log }: FormEnd): string => log.replaceAll(/^::add-mask::.*\n/gm, '').slice(-8_000)

/** How a stage ended in the calls that ran it themselves; the report of a job that reports has those of all. */
function endsOf({ calls }: FormEnd, stage: string): readonly string[] {
  const ends = calls
    .flatMap(({ report }) => report?.stages.filter(({ id }) => id === stage) ?? [])
    .filter(({ resumedFrom, result }) => resumedFrom === null && result !== 'skipped')
  return [...new Set(ends.map(({ result }) => result))]
}

describe.each(forms)('the form %s, without an engine', (form) => {
  it.each(inBundle.filter((each) => each.form === form && each.outcome !== 'resumes'))(
    'ends as it should on $event: $outcome',
    async ({ event, outcome }) => {
      commit(outcome, `${form}, ${event}: ${outcome}`)
      const end = await runForm(run, form, eventOf(event, run.head()))
      const fails = outcome !== 'success'
      expect(end.result, tailOf(end)).toBe(fails ? 'failure' : 'success')
      expect(end.log).toMatch(said[outcome])
      await expectOnGithub(event === 'pull_request' ? undefined : fails ? 'failure' : 'success')
      // What comes after the failure has not run.
      const place = ['build fails', 'scan fails', 'deploy fails'].indexOf(outcome)
      if (place >= 0) {
        expect(endsOf(end, ['build', 'scan', 'deploy'][place]!)).toContain('failure')
        if (place < 2) expect(endsOf(end, 'deploy')).toEqual([])
      }
    },
  )

  it('takes up on each event what a run has passed', async () => {
    commit('success', `${form}: to be resumed`)
    const before = await runForm(run, form, eventOf('push', run.head()))
    expect(before.result, tailOf(before)).toBe('success')
    for (const { event } of inBundle.filter((each) => each.form === form && each.outcome === 'resumes')) {
      const end = await runForm(run, form, eventOf(event, run.head()))
      expect(end.result, tailOf(end)).toBe('success')
      expect(end.log).toMatch(said.resumes)
      for (const stage of ['build', 'test', 'scan', 'image']) {
        expect([event, stage, endsOf(end, stage)]).toEqual([event, stage, []])
      }
      expect(endsOf(end, 'deploy')).toEqual(event === 'pull_request' ? [] : ['success'])
    }
  })

  it.each(['success', 'scan fails'] as const)(
    'writes nothing to GitHub on a pull request from a fork: %s',
    async (outcome) => {
      commit(outcome, `${form}, fork: ${outcome}`)
      const end = await runForm(run, form, eventOf('pull_request', run.head(), { fork: true }))
      expect(end.result, tailOf(end)).toBe(outcome === 'success' ? 'success' : 'failure')
      expect(end.log).toMatch(said[outcome])
      expect(await run.github()).toEqual({ statuses: [], checks: [], deployments: [] })
    },
  )
})

async function expectOnGithub(status: string | undefined): Promise<void> {
  const { statuses, deployments } = await run.github()
  expect(statuses[0]?.state).toBe(status)
  if (status !== 'success') {
    expect(deployments.map(({ statuses: all }) => all.at(-1)?.state)).not.toContain('success')
  }
}

it('leaves no outcome out', () => {
  expect(new Set(inBundle.map(({ outcome }) => outcome))).toEqual(new Set(outcomes))
})
