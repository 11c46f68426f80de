import { describe, expect, it } from 'vitest'
import { type Ledger, planPipeline } from '../../src/pipeline/index.ts'
import { buildStages, type Script, stageIds } from './scripted-stages.ts'

const succeed = Object.fromEntries(stageIds.map((id) => [id, { behaviour: 'succeed' } as const]))
const passes = (...ids: string[]): Ledger =>
  new Map(ids.map((id) => [id, { output: { made: `${id} before` }, from: 'run 7, attempt 1' }]))

function kinds(
  selection: { stages?: string[]; from?: string; noLedger?: true },
  ledger: Ledger,
  script: Script = succeed,
): Record<string, string> {
  const { stages } = buildStages(script, new AbortController())
  const { from = 'auto', ...rest } = selection
  const plan = planPipeline(stages, {}, { stages: undefined, from, ...rest }, ledger)
  return Object.fromEntries(plan.map((each) => [each.id, each.kind]))
}

describe('a plan', () => {
  it('runs every stage when nothing was passed before', () => {
    expect(new Set(Object.values(kinds({}, new Map())))).toEqual(new Set(['run']))
  })

  it('resumes at the first stage without a pass, and does not believe passes after it', () => {
    expect(kinds({}, passes('build', 'scan'))).toMatchObject({
      build: 'passed',
      test: 'run',
      scan: 'run',
      image: 'run',
    })
  })

  it('runs everything from the start when it is told so', () => {
    expect(kinds({ from: 'start' }, passes('build', 'test'))).toMatchObject({ build: 'run', test: 'run' })
  })

  it('runs again from a named stage, with the passes before it', () => {
    expect(kinds({ from: 'scan' }, passes('build', 'test', 'scan'))).toMatchObject({
      build: 'passed',
      test: 'passed',
      scan: 'run',
      image: 'run',
    })
  })

  it('closes the gate of a later stage when an earlier one has no pass, and names it', () => {
    const { stages } = buildStages(succeed, new AbortController())
    const plan = planPipeline(
      stages,
      {},
      { stages: ['deploy'], from: 'auto' },
      passes('build', 'test', 'scan'),
    )
    const deploy = plan.find((each) => each.id === 'deploy')
    expect(deploy).toMatchObject({ kind: 'closed', error: { code: 'E_GATE_CLOSED' } })
    expect(deploy?.kind === 'closed' && deploy.error.message).toContain('image has not passed')
  })

  it('opens the gate of a later step with the passes that earlier steps left', () => {
    expect(kinds({ stages: ['deploy'] }, passes('build', 'test', 'scan', 'image'))).toMatchObject({
      checkout: 'run',
      image: 'passed',
      deploy: 'run',
      report: 'run',
    })
  })

  it('does not open a gate with from', () => {
    expect(kinds({ from: 'deploy' }, passes('build', 'test', 'scan'))).toMatchObject({
      image: 'skip',
      deploy: 'closed',
    })
  })

  it('never takes deploy from the ledger', () => {
    expect(kinds({}, passes('build', 'test', 'scan', 'image', 'deploy'))).toMatchObject({ deploy: 'run' })
  })

  it('keeps gates open past a stage that is not applicable', () => {
    const { stages } = buildStages(
      { ...succeed, scan: { behaviour: 'not-applicable' } },
      new AbortController(),
    )
    const plan = planPipeline(stages, {}, { stages: ['image'], from: 'auto' }, passes('build', 'test'))
    expect(plan.find((each) => each.id === 'image')?.kind).toBe('run')
  })

  const noDeploy: Script = { ...succeed, deploy: { behaviour: 'not-applicable' } }
  it.each([{ stages: ['deploy'] }, { from: 'deploy' }, { stages: ['deploy'], from: 'deploy' }])(
    'closes the gate of a stage that was asked for by name, though it does not apply: %j',
    (selection) => {
      expect(kinds(selection, passes('build'), noDeploy)).toMatchObject({ deploy: 'closed' })
      expect(kinds(selection, passes('build', 'test', 'scan', 'image'), noDeploy)).toMatchObject({
        deploy: 'skip',
      })
    },
  )

  it('says of such a stage that it does not apply, where no call can leave a pass for the next', () => {
    expect(kinds({ stages: ['deploy'], noLedger: true }, new Map(), noDeploy)).toMatchObject({
      deploy: 'skip',
    })
    expect(kinds({ stages: ['deploy'], noLedger: true }, new Map())).toMatchObject({ deploy: 'closed' })
  })

  it('refuses a stage that does not exist, and lists those that do', () => {
    expect(() => kinds({ stages: ['biuld'] }, new Map())).toThrow(
      /There is no stage "biuld"; did you mean build\?/,
    )
    expect(() => kinds({ from: 'smoke' }, new Map())).toThrow(/There is no stage "smoke"/)
  })
})
