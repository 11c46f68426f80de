/**
 * What the wall costs: the same commit in the one-job form and in the jobs of the reusable workflow, with the bundle on the
 * testbed. Own time is all that is neither a tool at work nor an answer that is awaited, and all of a process before it
 * measures and after its report: the start of Node, handing over, the end. Of the jobs what counts is the longest way
 * through those that need each other, which is what somebody waits for; the sum over all of them, and the time by the
 * clock, on a machine that runs what it can at the same time, are printed beside it. Needs the testbed.
 *
 *     node script/bench/forms.ts [rounds]
 */
import { runForm } from '../../__tests__/e2e/forms/form-run.ts'
import { type Form, prepare } from '../../__tests__/e2e/forms/matrix.ts'
import { removeSmallService } from '../../__tests__/e2e/forms/remove-small-service.ts'
import { eventOf } from '../../__tests__/e2e/forms/run-event.ts'
import { SecureRun } from '../../__tests__/e2e/forms/secure-run.ts'
import type { BundleResult } from '../../__tests__/e2e/run-bundle.ts'
import { needsOf } from '../../__tests__/workflows/workflow.ts'
import { commitAll, git } from '../lib/demo/sample-repository.ts'

const LIMIT_MS = 2_000
const rounds = Number(process.argv[2] ?? 3)
await using run = await SecureRun.open()
const differences: number[] = []

for (let round = 1; round <= rounds; round += 1) {
  const one = await measure('one-job', round)
  const before = run.artifacts.requests.length
  const jobs = await measure('reusable', round)
  const asked = run.artifacts.requests.length - before
  const difference = jobs.longestMs - one.sumMs
  differences.push(difference)
  say(
    `round ${round}: one job ${seconds(one.sumMs)} of ${seconds(one.wallMs)}; ${jobs.calls} jobs ${seconds(jobs.longestMs)} on the longest way and ${seconds(jobs.sumMs)} in all, of ${seconds(jobs.wallMs)}, with ${asked} requests to the artifact service; ${seconds(difference)} more`,
  )
}
removeSmallService(run.testbed)
say(
  `own time that the jobs add, median of ${rounds}: ${seconds(median(differences))} (at most ${seconds(LIMIT_MS)})`,
)

/** A new commit, so that there is no pass of an earlier one, and nothing deployed before. */
async function measure(form: Form, round: number) {
  removeSmallService(run.testbed)
  const { folder } = run.repository
  const title = `${form}, round ${round}`
  prepare(folder, 'success', title)
  commitAll(folder, title)
  git(folder, 'push', '--quiet', '--force', 'origin', 'HEAD:main')
  const started = performance.now()
  const end = await runForm(run, form, eventOf('push', run.head()))
  if (end.result !== 'success') throw new Error(end.log.slice(-4_000))
  return {
    wallMs: performance.now() - started,
    sumMs: end.calls.map(ownOf).reduce((sum, each) => sum + each, 0),
    longestMs: Math.max(...Object.keys(run.workflow.jobs).map(longestTo)),
    calls: end.calls.length,
  }
}

/** The own time of a job, of its slowest leg, and of those before it that took the longest. */
function longestTo(id: string): number {
  const legs = [...run.results].filter(([name]) => name.split(' ')[0] === id)
  const before = needsOf(run.workflow.jobs[id]!).map(longestTo)
  return Math.max(0, ...legs.map(([, result]) => ownOf(result))) + Math.max(0, ...before)
}

function ownOf({ durationMs, report }: BundleResult): number {
  const overhead = report?.overhead
  if (overhead === null || overhead === undefined) throw new Error('no report')
  return overhead.ownMs + durationMs - overhead.wallMs
}

function median(of: readonly number[]): number {
  return of.toSorted((one, other) => one - other)[Math.floor(of.length / 2)] ?? Number.NaN
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
