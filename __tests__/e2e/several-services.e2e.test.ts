import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectNothingOpen, tail } from './expectations.ts'
import type { Edit } from './failing-variants.ts'
import { SampleRun } from './sample-run.ts'
import { Staging } from './staging.ts'

/**
 * `examples/several-services` as a whole: two services in folders of one repository, with nothing but `working-directory`
 * to tell them apart. Both are deployed; then one fails, and only that one goes back to what it was.
 */
const services = ['api', 'web'] as const
type Service = (typeof services)[number]

const run = new SampleRun()
const staging = new Staging(run.testbed)
const repository = 'ai-gen-service'

afterAll(() => {
  remove()
  run.close()
})
beforeAll(remove)

function remove(): void {
  for (const service of services) {
    staging.kubectl('delete', '--ignore-not-found', `deployment/${service}`)
    for (const kind of ['record', 'key', 'lock'])
      staging.kubectl(
        'delete',
        '--ignore-not-found',
        'secret,lease',
        `stagegate-${repository}-${service}-${kind}`,
      )
  }
}

function filesOf(service: Service, title: string, command = '["sleep", "3600"]'): readonly Edit[] {
  const path = (name: string) => `services/${service}/${name}`
  const labels = `{ app.kubernetes.io/name: ${service} }`
  const manifest = `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${service} }
spec:
  replicas: 1
  progressDeadlineSeconds: 60
  selector: { matchLabels: ${labels} }
  template:
    metadata: { labels: ${labels} }
    spec:
      automountServiceAccountToken: false
      terminationGracePeriodSeconds: 1
      containers:
        - name: ${service}
          image: ${repository}-${service}
          securityContext: { allowPrivilegeEscalation: false, runAsNonRoot: true, capabilities: { drop: [ALL] } }
          resources: { requests: { cpu: 1m, memory: 4Mi } }
`
  const configuration = `version: 1
build: { prepare: false, compile: echo ${title} }
test: { unit: { run: 'true', allow-no-tests: true } }
scan: { sast: false, dependencies: false }
image: { platforms: [linux/amd64] }
deploy: { manifests: [k8s/] }
`
  return [
    { path: path('k8s/deployment.yaml'), content: manifest },
    { path: path('.github/stagegate.yml'), content: configuration },
    {
      path: path('package.json'),
      content: `{ "name": "${service}", "version": "1.0.0", "private": true }\n`,
    },
    { path: path('title.txt'), content: `${service} ${title}\n` },
    {
      path: path('Dockerfile'),
      content: `FROM ${run.testbed.images.debian}\nCOPY title.txt /\nUSER 10001:10001\nCMD ${command}\n`,
    },
  ]
}

async function deploy(service: Service) {
  run.newRun()
  return run.call({
    inputs: {
      'working-directory': `services/${service}`,
      image: `${run.testbed.registry.address}/acme/${repository}-${service}`,
    },
  })
}

function runningImage(service: Service): string {
  return staging.kubectl(
    ...['get', `deployment/${service}`, '-o', 'jsonpath={.spec.template.spec.containers[0].image}'],
  )
}

describe('two services of one repository, without a name in their configuration', () => {
  it('have a status, a lock, a record and a rollback of their own', async () => {
    const first = await run.commit('Two services', [...filesOf('api', 'one'), ...filesOf('web', 'one')])
    for (const service of services) {
      const result = await deploy(service)
      expect(result.exitCode, tail(result)).toBe(0)
    }
    const good = await run.github(first)
    expect(
      new Set(good.statuses.filter((each) => each.state === 'success').map((each) => each.context)),
    ).toEqual(new Set(['Staging Deployment (api)', 'Staging Deployment (web)']))
    expect(good.deployments.map((each) => each.statuses.at(-1)?.state)).toEqual(['success', 'success'])
    const before = runningImage('api')
    expect(before).not.toBe(runningImage('web').replace('-web@', '-api@'))

    const second = await run.commit('One that fails', [
      ...filesOf('api', 'two', '["/not-there"]'),
      ...filesOf('web', 'two'),
    ])
    const failed = await deploy('api')
    expect(failed.exitCode, tail(failed)).toBe(1)
    expect(failed.report?.failure?.state).toMatch(
      new RegExp(`^Rolled back: commit ${first.slice(0, 12)} .* is running and available again\\.$`),
    )
    expect(runningImage('api')).toBe(before)
    const web = await deploy('web')
    expect(web.exitCode, tail(web)).toBe(0)

    const { statuses, deployments } = await run.github(second)
    const last = (context: string) => statuses.find((each) => each.context === context)?.state
    expect(last('Staging Deployment (api)')).toBe('failure')
    expect(last('Staging Deployment (web)')).toBe('success')
    expect(deployments.map((each) => each.statuses.at(-1)?.state).sort()).toEqual(['failure', 'success'])
    // What web has made of its own older deployment is no matter of api's.
    const older = await run.github(first)
    expect(older.deployments.map((each) => each.statuses.at(-1)?.state).sort()).toEqual([
      'inactive',
      'success',
    ])
    await expectNothingOpen(staging)
  })
})

describe('two services with one name', () => {
  it('do not take the lock or the record of the other', async () => {
    const named = (service: Service): readonly Edit[] =>
      filesOf(service, 'named').map((each) =>
        each.path.endsWith('stagegate.yml') && 'content' in each
          ? { ...each, content: `${each.content}service: ${repository}-api\n` }
          : each,
      )
    await run.commit('One name', [...named('api'), ...named('web')])
    const result = await deploy('web')
    expect(result.exitCode, tail(result)).toBe(1)
    expect(result.report?.failure).toMatchObject({
      code: 'E_SERVICE_NAME_TAKEN',
      step: 'start',
      message: expect.stringMatching(
        /the folder services\/api of .*; this one is the folder services\/web of/,
      ) as string,
    })
    expect(runningImage('web')).toContain('-web@')
  })
})
