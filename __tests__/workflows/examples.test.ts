import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { type InputName, inputNames, isSecretInput } from '../../src/inputs/input-definitions.ts'
import { readInputs } from '../../src/inputs/index.ts'
import { asEnv } from '../inputs/as-env.ts'
import { readWorkflow, root, type WorkflowJob } from './workflow.ts'

const paths = globSync('examples/*/.github/workflows/*.yml', { cwd: root }).toSorted()
const reusable = readWorkflow('.github/workflows/staging.yml')
const called = reusable.on.workflow_call!
const action = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as {
  readonly outputs: Readonly<Record<string, unknown>>
}

const isExpression = (value: unknown): boolean => typeof value === 'string' && value.includes('${{')
const isOurs = (uses: string | undefined): boolean => uses?.startsWith('stagegate/stagegate@') ?? false
const callsReusable = ({ uses }: WorkflowJob): boolean =>
  uses?.startsWith('stagegate/stagegate/.github/workflows/staging.yml@') ?? false

const jobs = paths.flatMap((path) =>
  Object.entries(readWorkflow(path).jobs).map(([id, job]) => ({ name: `${path}: ${id}`, job })),
)
const calls = jobs.flatMap(({ name, job }) =>
  (job.steps ?? [])
    .filter(({ uses }) => isOurs(uses))
    .map(({ with: given = {} }, index) => ({ name: `${name}, call ${index + 1}`, job, given })),
)
const callers = jobs.filter(({ job }) => callsReusable(job))

/** Permissions as ranks: what is granted must reach what is needed. */
const rank = { none: 0, read: 1, write: 2 } as const
function lacking(granted: WorkflowJob['permissions'], needed: Readonly<Record<string, string>>) {
  return Object.entries(needed).filter(
    ([name, level]) =>
      rank[(granted?.[name] ?? 'none') as keyof typeof rank] < rank[level as keyof typeof rank],
  )
}

function permissionsFor(given: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const stages = typeof given.stages === 'string' ? given.stages.split(/[\s,]+/) : undefined
  const runs = (stage: string): boolean => stages?.includes(stage) ?? true
  return {
    contents: 'read',
    checks: 'write',
    ...(runs('deploy') ? { actions: 'read', statuses: 'write', deployments: 'write' } : {}),
    ...(runs('image') && given['registry-password'] === undefined ? { packages: 'write' } : {}),
    ...(runs('deploy') && given.kubeconfig === undefined ? { 'id-token': 'write' } : {}),
  }
}

describe('the examples', () => {
  it('are there for each form, and each calls us', () => {
    expect(paths.length).toBeGreaterThanOrEqual(7)
    for (const path of paths) {
      const found = [...calls, ...callers].some(({ name }) => name.startsWith(`${path}:`))
      expect(found, path).toBe(true)
    }
  })
})

describe.each(calls)('$name', ({ job, given }) => {
  it('gives inputs that the action has, with values that it takes', () => {
    expect(Object.keys(given).filter((name) => !inputNames.includes(name as InputName))).toEqual([])
    const known = Object.entries(given)
      .filter(([, value]) => !isExpression(value))
      .map(([name, value]) => [name, String(value)] as const)
    const warnings: string[] = []
    // What only the run knows stands for something that is valid.
    const standIn = {
      ...{ 'registry-username': 'ada', 'registry-password': 'x' },
      'vault-url': 'https://vault.example.com',
    }
    const stands = Object.entries(standIn).filter(([name]) => isExpression(given[name]))
    readInputs(asEnv(Object.fromEntries([...known, ...stands])), (text) => void warnings.push(text))
    expect(warnings).toEqual([])
  })

  it('has a secret in no input that is none', () => {
    for (const [name, value] of Object.entries(given)) {
      if (String(value).includes('secrets.'))
        expect([name, isSecretInput(name as InputName)]).toEqual([name, true])
    }
  })

  it('has the permissions that its stages need, and keeps no credential in the checkout', () => {
    expect(lacking(job.permissions, permissionsFor(given))).toEqual([])
    const [checkout] = job.steps!.filter(({ uses }) => uses?.startsWith('actions/checkout@'))
    expect(checkout?.with).toMatchObject({ 'persist-credentials': false })
  })
})

describe.each(callers)('$name', ({ job }) => {
  const { with: given = {}, secrets = {} } = job

  it('gives inputs and secrets that the reusable workflow has, of their types', () => {
    for (const [name, value] of Object.entries(given)) {
      const declared = called.inputs![name]
      expect(declared, name).toBeDefined()
      if (!isExpression(value)) expect(typeof value, name).toBe(declared!.type)
    }
    expect(Object.keys(secrets).filter((name) => called.secrets![name] === undefined)).toEqual([])
  })

  it('grants what each of its jobs asks for, and no more than all of them', () => {
    const needed: Record<string, string> = {}
    for (const { permissions = {} } of Object.values(reusable.jobs)) {
      for (const [name, level] of Object.entries(permissions))
        if (needed[name] !== 'write') needed[name] = level
    }
    expect(job.permissions).toEqual(needed)
  })
})

describe.each(paths)('%s', (path) => {
  const text = readFileSync(join(root, path), 'utf8')
  const { jobs: all, on } = readWorkflow(path) as ReturnType<typeof readWorkflow> & {
    readonly on: {
      readonly workflow_dispatch?: { readonly inputs?: Readonly<Record<string, { options?: string[] }>> }
    }
  }

  it('reads outputs that are there', () => {
    for (const [, id = '', output = ''] of text.matchAll(/needs\.([\w-]+)\.outputs\.([\w-]+)/g)) {
      const job = all[id]
      expect(job, id).toBeDefined()
      const outputs = callsReusable(job!) ? called.outputs! : (job!.outputs ?? {})
      expect(Object.keys(outputs)).toContain(output)
    }
    for (const [, id = '', output = ''] of text.matchAll(/steps\.([\w-]+)\.outputs\.([\w-]+)/g)) {
      const step = Object.values(all)
        .flatMap(({ steps }) => steps ?? [])
        .find((each) => each.id === id)
      expect(step, id).toBeDefined()
      if (isOurs(step!.uses)) expect(Object.keys(action.outputs)).toContain(output)
    }
  })

  it('offers the stages to start from, where one can be chosen', () => {
    const options = on.workflow_dispatch?.inputs?.from?.options
    if (options === undefined) return
    expect(options).toEqual(['auto', 'start', 'build', 'test', 'scan', 'image', 'deploy'])
    for (const from of options) readInputs(asEnv({ from }), (text) => expect.fail(text))
  })

  it('never cancels a deployment, and lets every run have its turn where the server knows how', () => {
    const deploying = Object.values(all).filter(
      ({ steps, uses }) => uses === undefined && JSON.stringify(steps ?? []).includes('kubernetes-server'),
    )
    for (const job of deploying) {
      if (path.includes('github-enterprise-server')) expect(text).toContain('cancel-in-progress: false')
      else expect(job.concurrency).toEqual({ group: 'staging', queue: 'max' })
    }
  })
})
