import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { MAX_LEGS } from '../../src/handover/planned-jobs.ts'
import { decideJob, jobIds } from '../../src/handover/job.ts'
import {
  inputDefinitions,
  isSecretInput,
  type InputName,
  inputNames,
} from '../../src/inputs/input-definitions.ts'
import { commonFunctions, interpolate } from './expression.ts'
import { runJobs } from './run-jobs.ts'
import { needsOf, readWorkflow, root, type WorkflowJob } from './workflow.ts'

const path = '.github/workflows/staging.yml'
const text = readFileSync(join(root, path), 'utf8')
const workflow = readWorkflow(path)
const jobs = Object.entries(workflow.jobs)
const call = workflow.on.workflow_call!
const action = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as {
  readonly inputs: Record<string, { default?: string }>
  readonly outputs: Record<string, unknown>
}

/** The action of the workflow's own commit. GitHub's runner refuses `$/` with nothing behind it. */
const own = '$/pipeline'

function stepOf(job: WorkflowJob): Readonly<Record<string, unknown>> {
  return job.steps!.find((step) => step.uses === own)!.with!
}

/** A secret of GitHub has letters, digits and `_` in its name, so an environment's can only have such a one. */
const secretName = (input: string): string => input.toUpperCase().replaceAll('-', '_')

const trusted = ['preflight', 'image-push', 'deploy', 'report']
const untrusted = ['build', 'test', 'scan', 'image-build']

describe('the jobs of the reusable workflow', () => {
  it('are those that the action knows, in its order', () => {
    expect(Object.keys(workflow.jobs)).toEqual([...jobIds])
  })

  it.each(untrusted)('let %s, which runs code of the commit, read the repository and nothing else', (id) => {
    const job = workflow.jobs[id]!
    expect(job.permissions).toEqual({ contents: 'read' })
    expect(job.environment).toBeUndefined()
    expect(JSON.stringify(job)).not.toMatch(/secrets\./)
  })

  it.each([...jobIds])('give %s more than to read only where the action runs no code of the commit', (id) => {
    const { permissions, environment } = workflow.jobs[id]!
    const given = stepOf(workflow.jobs[id]!)
    // The words of a matrix and those that preflight plans are of the same job.
    const example = new Map([
      ['test', 'build.compile, test'],
      ['scan', 'build.compile, scan.dast'],
      ['image-build', 'build.compile, image.build'],
    ])
    const words = example.get(id) ?? String(given.stages)
    const { trusted: runsNone } = decideJob(words.split(', '), { shard: undefined, platform: undefined })
    const writes = Object.entries(permissions!).some(
      ([name, right]) => name !== 'contents' || right !== 'read',
    )
    const holds = writes || environment !== undefined || JSON.stringify(given).includes('secrets.')
    expect(holds).toBe(runsNone)
    expect(runsNone).toBe(trusted.includes(id))
  })

  it('have exactly the permissions that each one needs', () => {
    expect(Object.fromEntries(trusted.map((id) => [id, workflow.jobs[id]!.permissions]))).toEqual({
      preflight: {
        contents: 'read',
        actions: 'read',
        checks: 'write',
        statuses: 'write',
        deployments: 'write',
        packages: 'write',
        'id-token': 'write',
      },
      'image-push': { contents: 'read', checks: 'write', statuses: 'write', packages: 'write' },
      deploy: {
        contents: 'read',
        checks: 'write',
        statuses: 'write',
        deployments: 'write',
        packages: 'read',
        'id-token': 'write',
      },
      report: { contents: 'read', checks: 'write', statuses: 'write' },
    })
    expect(workflow.permissions).toEqual({})
  })

  it('say beside each permission why it is granted', () => {
    const blocks = [...text.matchAll(/^ {4}permissions:\n((?: {6}.*\n)+)/gm)].map(([, lines = '']) => lines)
    expect(blocks).toHaveLength(jobs.length)
    for (const line of blocks.flatMap((block) => block.trimEnd().split('\n'))) {
      expect(line).toMatch(/^ {6}[a-z-]+: (?:read|write) # .{10,}$/)
    }
  })

  it('have no program text, no cache, and check out without keeping the token', () => {
    for (const [, { steps }] of jobs) {
      expect(steps!.map((step) => step.run)).toEqual([undefined, undefined])
      expect(steps![0]).toMatchObject({
        uses: expect.stringMatching(/^actions\/checkout@[0-9a-f]{40}$/) as string,
        with: { 'persist-credentials': false },
      })
      expect(steps![1]).toMatchObject({ id: 'stagegate', uses: own })
    }
    expect(text).not.toMatch(/actions\/(?:cache|setup-)|cache:/)
  })

  it('wait for what they take over', () => {
    expect(Object.fromEntries(jobs.map(([id, job]) => [id, needsOf(job)]))).toEqual({
      preflight: [],
      build: ['preflight'],
      test: ['preflight'],
      scan: ['preflight'],
      'image-build': ['preflight'],
      'image-push': ['preflight', 'build', 'test', 'scan', 'image-build'],
      deploy: ['preflight', 'build', 'test', 'scan', 'image-push'],
      report: ['preflight', 'build', 'test', 'scan', 'image-build', 'image-push', 'deploy'],
    })
    for (const [, job] of jobs) expect(stepOf(job).needs).toBe('${{ toJSON(needs) }}')
  })

  it('push and deploy only when nothing before them failed or was cancelled, and report in every case', () => {
    for (const id of ['image-push', 'deploy']) {
      expect(workflow.jobs[id]!.if).toContain('!cancelled() && !failure() &&')
    }
    expect(workflow.jobs.report!.if).toBe('${{ always() }}')
  })

  it('let pushes, and deployments, of a service wait for each other, and cancel none', () => {
    expect(Object.fromEntries(jobs.map(([id, { concurrency }]) => [id, concurrency]))).toEqual({
      ...Object.fromEntries(jobIds.map((id) => [id, undefined])),
      'image-push': {
        group: "stagegate-image-${{ inputs.environment || 'staging' }}-${{ inputs.working-directory }}",
        queue: 'max',
      },
      deploy: {
        group: "stagegate-${{ inputs.environment || 'staging' }}-${{ inputs.working-directory }}",
        queue: 'max',
      },
    })
  })

  it('run in the environment for the deployment alone: its reviewers are asked once, and not for a pull request', () => {
    expect(Object.fromEntries(jobs.map(([id, { environment }]) => [id, environment]))).toEqual({
      ...Object.fromEntries(jobIds.map((id) => [id, undefined])),
      deploy: { name: "${{ inputs.environment || 'staging' }}", deployment: false },
    })
  })

  it('run in the same environment where the caller hands on an empty name, never outside of any', () => {
    const fallbacks = [...text.matchAll(/inputs\.environment \|\| '([^']*)'/g)].map(([, name]) => name)
    const { default: fallback } = inputDefinitions.environment
    expect(fallbacks).toEqual([fallback, fallback, fallback])
    expect(call.inputs!.environment).toMatchObject({ default: fallback })
    expect(action.inputs.environment?.default).toBe(fallback)
  })

  it('run where the caller says, an image on a runner of its platform where one is named', () => {
    const runners = (id: string, inputs: Readonly<Record<string, string>>, platform = 'linux/amd64') =>
      interpolate(workflow.jobs[id]!['runs-on']!, { inputs, matrix: { platform } }, commonFunctions)
    const label = { 'runs-on': 'ubuntu-24.04', 'runs-on-arm64': '' }
    const labels = { 'runs-on': '["self-hosted", "linux"]', 'runs-on-arm64': '{"group": "arm"}' }
    for (const [id] of jobs) {
      expect([id, runners(id, label)]).toEqual([id, 'ubuntu-24.04'])
      expect([id, runners(id, labels)]).toEqual([id, ['self-hosted', 'linux']])
    }
    expect(runners('image-build', label, 'linux/arm64')).toBe('ubuntu-24.04')
    expect(runners('image-build', labels, 'linux/arm64/v8')).toEqual({ group: 'arm' })
    expect(runners('image-build', { ...label, 'runs-on-arm64': 'ubuntu-24.04-arm' }, 'linux/arm64')).toBe(
      'ubuntu-24.04-arm',
    )
  })

  it('hand over what each leg of a matrix says in an output of its own', () => {
    for (const [, { strategy, outputs }] of jobs.filter(([, job]) => job.strategy !== undefined)) {
      expect(strategy!['fail-fast']).toBe(false)
      expect(outputs).toEqual(
        Object.fromEntries(
          Array.from({ length: MAX_LEGS }, (_, leg) => [
            `leg-${leg}`,
            `\${{ strategy.job-index == ${leg} && steps.stagegate.outputs.handed-over || '' }}`,
          ]),
        ),
      )
    }
  })
})

describe('the inputs of the reusable workflow', () => {
  /** Those that a job of the workflow says by itself. */
  const byJob = ['stages', 'needs', 'shard', 'shards', 'platform', 'github-token', 'dry-run']
  const ownInputs = ['runs-on', 'runs-on-arm64', 'test-shards', 'timeout-minutes']
  const declared = Object.keys(call.inputs!)
  const secrets = Object.keys(call.secrets!)

  it('are those of the action, with the same defaults, and each has a type and a description', () => {
    const expected = inputNames.filter((name) => !byJob.includes(name) && !isSecretInput(name))
    expect(declared.filter((name) => !ownInputs.includes(name)).toSorted()).toEqual(expected.toSorted())
    for (const [name, { description, type, default: value }] of Object.entries(call.inputs!)) {
      expect(description, name).toMatch(/^.{15,}\.$/s)
      expect(['string', 'boolean', 'number']).toContain(type)
      if (!ownInputs.includes(name)) expect(String(value), name).toBe(action.inputs[name]?.default ?? '')
    }
  })

  it('name every secret, and hand each one to jobs that need it alone', () => {
    expect(secrets.toSorted()).toEqual(
      inputNames
        .filter((name) => isSecretInput(name) && name !== 'github-token')
        .map(secretName)
        .toSorted(),
    )
    // https://docs.github.com/actions/reference/security/secrets#naming-your-secrets
    for (const name of secrets) expect(name).toMatch(/^(?!GITHUB_)[A-Z_][A-Z0-9_]*$/)
    const users = Object.fromEntries(
      secrets.map((name) => [
        name,
        jobs
          .filter(([, job]) => Object.values(stepOf(job)).includes(`\${{ secrets.${name} }}`))
          .map(([id]) => id),
      ]),
    )
    expect(users).toMatchObject({
      REGISTRY_PASSWORD: ['preflight', 'image-push', 'deploy'],
      VAULT_TOKEN: ['preflight', 'deploy'],
      KUBECONFIG: ['preflight', 'deploy'],
      CONFIGS_TOKEN: ['preflight', 'deploy'],
      SSH_KEY: ['deploy'],
      SOPS_AGE_KEY: ['deploy'],
    })
  })

  it('lets the secrets of an environment reach the job deploy, and no other job', async () => {
    const environmentSecrets = Object.fromEntries(secrets.map((name) => [name, `environment ${name}`]))
    const seen: Record<string, string> = {}
    await runJobs(
      workflow,
      { inputs: {}, secrets: { KUBECONFIG: '', VAULT_TOKEN: 'repository VAULT_TOKEN' }, environmentSecrets },
      ({ job, inputs }) => {
        seen[job] = JSON.stringify(inputs)
        const planned = { build: 'none', test: 'none', scan: 'none', image: 'run', deploy: 'run' }
        const jobs = JSON.stringify({ ...planned, platforms: ['linux/amd64'], shards: [], scans: [] })
        return Promise.resolve({ result: 'success', outputs: { jobs } })
      },
    )
    for (const name of secrets) expect(seen.deploy).toContain(`environment ${name}`)
    const others = Object.fromEntries(Object.entries(seen).filter(([job]) => job !== 'deploy'))
    expect(Object.keys(others)).toEqual(expect.arrayContaining(['preflight', 'image-build', 'image-push']))
    expect(JSON.stringify(others)).not.toContain('environment ')
    expect(seen.preflight).toContain('repository VAULT_TOKEN')
  })

  it('reach the action under their own names, in every job what decides the configuration', () => {
    const everywhere = [
      'config',
      'working-directory',
      'environment',
      'version',
      'image',
      'namespace',
      'environment-url',
      'fail-on',
      'timeout',
    ]
    for (const [id, job] of jobs) {
      const given = stepOf(job)
      for (const name of everywhere) expect([id, given[name]]).toEqual([id, `\${{ inputs.${name} }}`])
      for (const [name, value] of Object.entries(given)) {
        expect(inputNames).toContain(name as InputName)
        if (byJob.includes(name)) continue
        expect(value).toBe(
          isSecretInput(name as InputName) ? `\${{ secrets.${secretName(name)} }}` : `\${{ inputs.${name} }}`,
        )
      }
    }
    for (const name of declared) expect(text).toMatch(new RegExp(`inputs\\.${name}\\b(?!-)`))
  })
})

describe('the outputs of the reusable workflow', () => {
  it('are those of the action that mean something after the run, told once, by its last job', () => {
    const inside = ['plan', 'jobs', 'handed-over', 'report', 'report-html', 'sarif', 'resumed-from']
    const expected = Object.keys(action.outputs).filter((name) => !inside.includes(name))
    expect(Object.keys(call.outputs!).toSorted()).toEqual(expected.toSorted())
    for (const [name, { value, description }] of Object.entries(call.outputs!)) {
      expect(description).toMatch(/\.$/)
      expect(value).toBe(`\${{ jobs.report.outputs.${name} }}`)
      expect(workflow.jobs.report!.outputs![name]).toBe(`\${{ steps.stagegate.outputs.${name} }}`)
    }
  })
})
