import { freePort } from '../../free-port.ts'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { fullName } from '../../../script/lib/demo/github-job.ts'
import { repositorySettings } from '../../../script/lib/demo/job-environment.ts'
import { commitAll, git } from '../../../script/lib/demo/sample-repository.ts'
import { runWorkflow, type WorkflowResult } from '../../../script/lib/demo/workflow-run.ts'
import { readTestbed } from '../../../script/lib/testbed/description.ts'
import { startGithubServer } from '../../systems/github/server.ts'
import type { State } from '../../systems/github/state.ts'
import { type Combination, type Event, type Form, inEngine, kindOf, prepare, said } from './matrix.ts'
import { removeSmallService } from './remove-small-service.ts'
import { createSmallRepository } from './small-repository.ts'

// A GitHub of its own: nobody else registers the repository meanwhile.
const github = await startGithubServer()
const testbed = { ...readTestbed(), github: { url: github.url } }
const folder = mkdtempSync(join(tmpdir(), 'stagegate-engine-'))
const { variables, secrets } = repositorySettings(testbed)
afterAll(async () => {
  await github.close()
  removeSmallService(testbed)
  rmSync(folder, { recursive: true, force: true })
})

const inputs = `
          image: \${{ vars.IMAGE }}
          registry-username: \${{ vars.REGISTRY_USERNAME }}
          registry-password: \${{ secrets.REGISTRY_PASSWORD }}
          kubernetes-server: \${{ vars.KUBERNETES_SERVER }}
          kubernetes-ca-certificate: \${{ vars.KUBERNETES_CA_CERTIFICATE }}
          kubernetes-audience: \${{ vars.KUBERNETES_AUDIENCE }}`

const permissions = `
    permissions: { contents: read, actions: read, checks: write, statuses: write, deployments: write, packages: write, id-token: write }`

const checkout = `
      - uses: actions/checkout@8e8c483db84b4bee98b60c0593521ed34d9990e8`

const head = `name: staging
on: [push, pull_request, workflow_dispatch]
permissions: {}
jobs:
  staging:`

const workflows: Readonly<Record<Form, string>> = {
  'one-job': `${head}
    runs-on: ubuntu-24.04${permissions}
    steps:${checkout}
      - uses: stagegate/stagegate@v1
        with:${inputs}
`,
  'step-by-step': `${head}
    runs-on: ubuntu-24.04${permissions}
    steps:${checkout}
      - uses: stagegate/stagegate@v1
        with:
          stages: build, test${inputs}
      - uses: stagegate/stagegate@v1
        with:
          stages: scan${inputs}
      - uses: stagegate/stagegate@v1
        if: \${{ github.event_name != 'pull_request' }}
        with:
          stages: image, deploy${inputs}
      - uses: stagegate/stagegate@v1
        if: \${{ always() }}
        with:
          stages: report${inputs}
`,
  reusable: `${head}${permissions}
    uses: stagegate/stagegate/.github/workflows/staging.yml@v1
    with:${inputs.replace(/\n\s+registry-password: .*/, '').replaceAll('\n          ', '\n      ')}
    secrets:
      REGISTRY_PASSWORD: \${{ secrets.REGISTRY_PASSWORD }}
`,
}

/** Of each form: the repository with the commit that its success has passed, for what resumes it. */
const passed = new Map<Form, Made>()

interface Made {
  readonly bare: string
  readonly commit: string
}

function make({ form, event, outcome }: Combination): Made {
  const { folder: work, bare } = createSmallRepository(join(folder, `repository-${count}`), testbed)
  const file = join(work, '.github', 'workflows', 'staging.yml')
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, workflows[form])
  prepare(work, outcome, `${form}, ${event}: ${outcome}`)
  const commit = commitAll(work, `${form}, ${event}: ${outcome}`)
  git(work, 'push', '--quiet', 'origin', 'HEAD:main')
  return { bare, commit }
}

let count = 0
const FIRST_RUN = Math.floor(Date.now() / 1000) % 1_000_000
const port = await freePort()

async function start(
  form: Form,
  event: Event,
  bare: string,
  commit: string,
  runNumber: number,
): Promise<WorkflowResult & { log: string }> {
  const log: string[] = []
  const result = await runWorkflow({
    ...{ testbed, bare, commit, before: commit, ref: 'refs/heads/main', runNumber },
    folder: join(folder, `run-${(count += 1)}`),
    ...(event === 'workflow_dispatch' ? { inputs: {} } : {}),
    ...(event === 'pull_request' ? { pullRequest: 7 } : {}),
    ...(form === 'reusable' ? { artifactPort: port } : {}),
    settings: {
      variables: { ...variables, IMAGE: `${testbed.registry.address}/acme/small-service` },
      secrets,
    },
    onLine: (line) => log.push(line),
  })
  return { ...result, log: log.join('\n') }
}

async function statusOf(commit: string): Promise<string | undefined> {
  const state = (await (await fetch(`${testbed.github.url}/_testbed/state`)).json()) as State
  const found = state.repositories.find(({ owner, name }) => `${owner}/${name}` === fullName)
  return found?.statuses.find(({ sha }) => sha === commit)?.state
}

describe.each(inEngine)('the form $form, on $event: $outcome', (combination) => {
  it('ends as it should, in the engine', async () => {
    const { form, event, outcome } = combination
    const made = outcome === 'resumes' ? passed.get(form)! : make(combination)
    if (outcome === 'success') passed.set(form, made)
    const { bare, commit } = made

    const { exitCode, log } = await start(form, event, bare, commit, FIRST_RUN + count)
    const fails = kindOf(outcome) === 'failure'
    expect(exitCode === 0, log.slice(-8000)).toBe(!fails)
    expect(log).toMatch(said[outcome])
    // A pull request does not deploy, so it has no status.
    const deploys = event !== 'pull_request'
    if (deploys) expect(await statusOf(commit)).toBe(fails ? 'failure' : 'success')
    else if (outcome !== 'resumes') expect(await statusOf(commit)).toBeUndefined()
    expect(log.includes('deploy.finalize')).toBe(deploys && !fails)
  })
})
