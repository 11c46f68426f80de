import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const forms = ['one-job', 'step-by-step', 'reusable'] as const
export const events = ['push', 'pull_request', 'workflow_dispatch'] as const
/** A failure early, in the middle and in the deployment; a rerun that takes up what an earlier run has passed. */
export const outcomes = ['success', 'build fails', 'scan fails', 'deploy fails', 'resumes'] as const

export type Form = (typeof forms)[number]
export type Event = (typeof events)[number]
export type Outcome = (typeof outcomes)[number]

export interface Combination {
  readonly form: Form
  readonly event: Event
  readonly outcome: Outcome
}

/** What a run comes to, wherever it fails. */
export function kindOf(outcome: Outcome): 'success' | 'failure' | 'resumption' {
  if (outcome === 'resumes') return 'resumption'
  return outcome === 'success' ? 'success' : 'failure'
}

/** All that there can be: a pull request does not deploy, so nothing fails there. */
export const possible: readonly Combination[] = forms.flatMap((form) =>
  events.flatMap((event) =>
    outcomes
      .filter((outcome) => event !== 'pull_request' || outcome !== 'deploy fails')
      .map((outcome) => ({ form, event, outcome })),
  ),
)

/**
 * Those that the workflow engine runs: nine in which every form meets every event, every form every kind of outcome, and
 * every event every kind of outcome, with a failure at each place once; and the failure of a deployment in a second form.
 * matrix.test.ts computes it. With five outcomes in place of three kinds no ten runs meet all pairs: a form and an outcome
 * alone are fifteen.
 *
 * A form's resumption takes up what its success has passed, so it comes after it.
 */
export const inEngine: readonly Combination[] = [
  { form: 'one-job', event: 'push', outcome: 'success' },
  { form: 'one-job', event: 'workflow_dispatch', outcome: 'resumes' },
  { form: 'one-job', event: 'pull_request', outcome: 'build fails' },
  { form: 'step-by-step', event: 'workflow_dispatch', outcome: 'success' },
  { form: 'step-by-step', event: 'pull_request', outcome: 'resumes' },
  { form: 'step-by-step', event: 'push', outcome: 'deploy fails' },
  { form: 'reusable', event: 'pull_request', outcome: 'success' },
  { form: 'reusable', event: 'push', outcome: 'resumes' },
  { form: 'reusable', event: 'workflow_dispatch', outcome: 'scan fails' },
  { form: 'reusable', event: 'push', outcome: 'deploy fails' },
]

/** All others: the bundle runs them without the engine. */
export const inBundle: readonly Combination[] = possible.filter(
  (each) => !inEngine.some((other) => nameOf(other) === nameOf(each)),
)

export function nameOf({ form, event, outcome }: Combination): string {
  return `${form}, ${event}: ${outcome}`
}

/** Makes the small service's next commit one that comes to the outcome. Every commit is another one. */
export function prepare(work: string, outcome: Outcome | 'holds', title: string): void {
  const fixture = join(import.meta.dirname, '..', '..', 'fixtures', 'small-service')
  const write = (name: string, change: (text: string) => string): void => {
    writeFileSync(join(work, name), change(readFileSync(join(fixture, name), 'utf8')))
  }
  write('index.js', (text) => `${text}// ${title}\n`)
  write('build.sh', (text) => {
    if (outcome === 'holds') return 'echo holding; sleep 60\n'
    return outcome === 'build fails' ? 'echo "index.js(1,1): error TS1: no" ; exit 3\n' : text
  })
  write('package-lock.json', (text) =>
    outcome === 'scan fails' ? text.replaceAll('4.17.21', '4.17.20') : text,
  )
  write('Dockerfile', (text) =>
    outcome === 'deploy fails' ? text.replace('["/pause"]', '["/not-there"]') : text,
  )
}

/** What the log of a run says, by its outcome; of one that deploys. */
export const said: Readonly<Record<Outcome, RegExp>> = {
  success: /Result: success\./,
  'build fails': /`sh build\.sh` ended with exit code 3\./,
  'scan fails': /E_SCAN_FINDINGS/,
  'deploy fails': /E_ROLLOUT_\w+/,
  resumes: /scan +passed in run \d+, attempt 1|scan: passed in run \d+, attempt 1/,
}
