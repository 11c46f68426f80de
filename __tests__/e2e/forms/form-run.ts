import { repositorySettings } from '../../../script/lib/demo/job-environment.ts'
import type { JobCall } from '../../workflows/run-jobs.ts'
import { type BundleResult, runBundle } from '../run-bundle.ts'
import type { Form } from './matrix.ts'
import type { RunEvent } from './run-event.ts'
import type { SecureRun } from './secure-run.ts'

/** How a run of the small service ended, in whatever form. */
export interface FormEnd {
  readonly result: 'success' | 'failure' | 'cancelled'
  /** Of all jobs or steps. */
  readonly log: string
  /** Every call of the bundle, in the order in which they ended. */
  readonly calls: readonly BundleResult[]
}

/** What the one-job and the step-by-step form grant to their job, as in README.md. */
export const permissions = {
  contents: 'read',
  actions: 'read',
  checks: 'write',
  statuses: 'write',
  deployments: 'write',
  packages: 'write',
  'id-token': 'write',
} as const

/** A new run of the commit that is checked out, without a workflow engine. */
export async function runForm(run: SecureRun, form: Form, event: RunEvent): Promise<FormEnd> {
  run.newRun()
  run.results.clear()
  switch (form) {
    case 'reusable': {
      const { outputs } = await run.run({ event })
      return endOf([...run.results.values()], outputs.result === 'success')
    }
    case 'one-job':
      return runSteps(run, event, [undefined])
    case 'step-by-step': {
      // On a fork there is no ledger for a later step: docs/steps.md.
      if (event.fork) return runSteps(run, event, ['build, test, scan', 'report'])
      const deploys = event.name === 'pull_request' ? [] : ['image, deploy']
      return runSteps(run, event, ['build, test', 'scan', ...deploys, 'report'])
    }
  }
}

/** The steps of one job, each a call of the action: after one that fails only the report still runs. */
async function runSteps(
  run: SecureRun,
  event: RunEvent,
  stages: readonly (string | undefined)[],
): Promise<FormEnd> {
  const { variables, secrets } = repositorySettings(run.testbed)
  const inputs = {
    image: `${run.testbed.registry.address}/acme/small-service`,
    'registry-username': variables.REGISTRY_USERNAME ?? '',
    'registry-password': event.fork ? '' : (secrets.REGISTRY_PASSWORD ?? ''),
    'kubernetes-server': variables.KUBERNETES_SERVER ?? '',
    'kubernetes-ca-certificate': variables.KUBERNETES_CA_CERTIFICATE ?? '',
    'kubernetes-audience': variables.KUBERNETES_AUDIENCE ?? '',
  }
  const job: JobCall = { job: 'staging', name: 'staging', permissions, environment: 'staging', inputs }
  const calls: BundleResult[] = []
  const succeeds = (): boolean => calls.every(({ exitCode }) => exitCode === 0)
  await run.runAlone(
    job,
    async () => {
      for (const each of stages) {
        if (!succeeds() && each !== 'report') continue
        const call = { ...job, inputs: { ...inputs, ...(each === undefined ? {} : { stages: each }) } }
        calls.push(await runBundle(await run.bundleOptions(call, { event })))
      }
      return calls.find(({ exitCode }) => exitCode !== 0) ?? calls.at(-1)!
    },
    { event },
  )
  return endOf(calls, succeeds())
}

function endOf(calls: readonly BundleResult[], success: boolean): FormEnd {
  return { result: success ? 'success' : 'failure', log: calls.map(({ log }) => log).join('\n'), calls }
}
