import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ErrorCode, StagegateError } from '../../src/errors/index.ts'
import { collectResults, type FetchDocument } from '../../src/handover/collect-results.ts'
import { decideJob, type JobId } from '../../src/handover/job.ts'
import { parseNeeds } from '../../src/handover/needs.ts'
import { type ParsedDocument, parseDocument } from '../../src/handover/parse-document.ts'
import { parsePlannedJobs, type PlannedJobs } from '../../src/handover/planned-jobs.ts'
import { renderDocument } from '../../src/handover/render-document.ts'
import type { StageResult } from '../../src/pipeline/index.ts'
import { configOf } from '../main/config-of.ts'

const config = configOf()
const jobs: PlannedJobs = {
  version: 1,
  ...({ build: 'run', test: 'run', scan: 'none', image: 'none', deploy: 'run' } as const),
  ...{ tests: 'test', shards: ['1/2', '2/2'], scans: [], images: '', platforms: [], passed: {} },
}
const reference = `result@sha256:${'a'.repeat(64)}`
const passed = (id: string): StageResult => ({ id, result: { status: 'success', output: {} }, steps: [] })

function documentOf(stages: readonly StageResult[], job = { id: 'build' as const, part: '' }): Buffer {
  const whole = { ...job, trusted: false, stages: [], steps: new Map() }
  return Buffer.from(
    renderDocument({
      job: whole,
      config,
      stages,
      startedAt: 0,
      warnings: [],
      image: undefined,
      redact: (text) => text,
    }),
  )
}

const expected = {
  job: { id: 'build' as const, part: '', trusted: false },
  service: config.service,
  commit: config.trigger.commit,
  config: config.digest,
}
const rest = { plan: [], startedAt: 0, outputOf: () => undefined }
const fetchPassed: FetchDocument = () =>
  Promise.resolve(parseDocument(documentOf([passed('build')]), expected))

async function buildResult(result: string, output: string | undefined, fetchDocument = fetchPassed) {
  const needs = parseNeeds(
    JSON.stringify({ build: { result, outputs: output === undefined ? {} : { 'handed-over': output } } }),
  )
  const { stages } = await collectResults(['build'], { jobs, needs, ...rest, fetchDocument })
  return stages.get('build')?.result.status
}

describe('a stage that another job ran', () => {
  it('has passed when GitHub and what was handed over both say so', async () => {
    expect(await buildResult('success', reference)).toBe('success')
  })

  it.each([
    ['failure', reference, 'failure'],
    ['cancelled', reference, 'cancelled'],
    ['skipped', reference, 'failure'],
    ['success', undefined, 'failure'],
    ['success', 'result@sha256:short', 'failure'],
    ['success', `../x@sha256:${'a'.repeat(64)}`, 'failure'],
    ['cancelled', undefined, 'cancelled'],
  ])('has not when GitHub says %s and the output is %s', async (result, output, status) => {
    expect(await buildResult(result, output)).toBe(status)
  })

  it('has not when what was handed over says that it failed, whatever GitHub says', async () => {
    const failed: StageResult = { id: 'build', result: { status: 'cancelled' }, steps: [] }
    const fetchFailed: FetchDocument = () => Promise.resolve(parseDocument(documentOf([failed]), expected))
    expect(await buildResult('success', reference, fetchFailed)).toBe('failure')
  })

  it('has not when the artifact cannot be fetched or is another', async () => {
    expect(await buildResult('success', reference, () => Promise.reject(new Error('gone')))).toBe('failure')
  })

  it('needs every leg of a matrix', async () => {
    const needs = parseNeeds(JSON.stringify({ test: { result: 'success', outputs: { 'leg-0': reference } } }))
    const fetchDocument: FetchDocument = (_, job) =>
      Promise.resolve(
        parseDocument(documentOf([passed('test')], { id: 'test' as never, part: job.part }), {
          ...expected,
          job,
        }),
      )
    const { stages } = await collectResults(['test'], { jobs, needs, ...rest, fetchDocument })
    expect(stages.get('test')?.result).toMatchObject({
      status: 'failure',
      error: { code: 'E_HANDOVER_MISSING' },
    })
  })
})

describe('a planned job that never ran', () => {
  const all: PlannedJobs = { ...jobs, image: 'run', platforms: ['linux/amd64'] }
  const collect = async (
    needs: object,
    ids: readonly JobId[] = ['build', 'test', 'image-build', 'image-push', 'deploy'],
  ) => {
    const parsed = parseNeeds(JSON.stringify(needs))
    const { stages } = await collectResults(ids, {
      ...{ jobs: all, needs: parsed, ...rest },
      fetchDocument: (_, { id, part }) =>
        Promise.resolve({
          document: { job: id, part, startedAt: 0, warnings: [] } as unknown as ParsedDocument['document'],
          stages: [passed(id.startsWith('image') ? 'image' : id)],
        }),
    })
    return Object.fromEntries(
      [...stages].map(([id, { result }]) => [
        id,
        result.status === 'failure'
          ? result.error.code
          : `${result.status}${'reason' in result ? `: ${result.reason}` : ''}`,
      ]),
    )
  }
  const legs = { 'leg-0': reference, 'leg-1': reference, 'handed-over': reference }
  const good = { result: 'success', outputs: legs }
  const skipped = { result: 'skipped', outputs: {} }
  const ran = { build: good, test: good, 'image-build': good, 'image-push': good, deploy: good }

  it('has failed where GitHub skipped it though nothing failed', async () => {
    expect(await collect({ ...ran, test: skipped })).toMatchObject({
      build: 'success',
      test: 'E_JOB_SKIPPED',
    })
  })

  it('was cancelled where any job was, and is one that a cancelled one kept from running', async () => {
    const cancelled = { result: 'cancelled', outputs: {} }
    expect(await collect({ ...ran, test: skipped, build: cancelled })).toMatchObject({
      build: 'cancelled',
      test: 'cancelled',
    })
    expect(await collect({ ...ran, test: cancelled, deploy: skipped })).toMatchObject({
      deploy: 'skipped: the run was cancelled',
    })
  })

  it('was kept from running where a job that it waits for failed, or was itself kept from it', async () => {
    const failed = { result: 'failure', outputs: {} }
    expect(await collect({ ...ran, build: failed, 'image-push': skipped, deploy: skipped })).toMatchObject({
      build: 'E_HANDOVER_MISSING',
      image: 'skipped: an earlier job failed',
      deploy: 'skipped: an earlier job failed',
    })
    // Test waits for preflight alone, so a build that failed is no reason for it.
    expect(await collect({ ...ran, build: failed, test: skipped })).toMatchObject({ test: 'E_JOB_SKIPPED' })
  })

  it('is a mistake in the workflow where GitHub does not name it', async () => {
    expect(await collect({ ...ran, test: undefined })).toMatchObject({
      build: 'success',
      test: 'E_JOB_INVALID',
    })
    expect(await collect({})).toMatchObject({ build: 'E_JOB_INVALID', deploy: 'E_JOB_INVALID' })
  })

  it('has failed where it handed over that its stage was not planned', async () => {
    const notPlanned: StageResult = {
      id: 'build',
      result: { status: 'skipped', reason: 'it says so', blocked: false },
      steps: [],
    }
    const fetchSkipped: FetchDocument = () =>
      Promise.resolve(parseDocument(documentOf([notPlanned]), expected))
    expect(await buildResult('success', reference, fetchSkipped)).toBe('failure')
  })

  it('was rejected where deploy ended before Stagegate began, and else has a log to be read', async () => {
    const rejected = { result: 'failure', outputs: {} }
    expect(await collect({ ...ran, deploy: rejected })).toMatchObject({ deploy: 'E_JOB_REJECTED' })
    const begun = { result: 'failure', outputs: { result: 'failure' } }
    expect(await collect({ ...ran, deploy: begun })).toMatchObject({ deploy: 'E_HANDOVER_MISSING' })
  })
})

describe('what preflight plans', () => {
  it('names, where it is empty, what GitHub does with an output that holds a line of a secret', () => {
    expect(() => parsePlannedJobs('')).toThrow(
      expect.objectContaining({
        code: 'E_HANDOVER_MISSING',
        evidence: [expect.stringContaining("Skip output 'jobs' since it may contain secret")],
        next: expect.stringContaining('minified JSON or base64'),
      }),
    )
  })
})

describe('a job that pushed or deployed', () => {
  const collect = (id: 'image-push' | 'deploy', need: object, fetchDocument: FetchDocument) =>
    collectResults([id], {
      jobs: { ...jobs, image: 'run' },
      needs: parseNeeds(JSON.stringify({ [id]: need })),
      ...rest,
      outputOf: (job, outputs) => ({ job, image: outputs.image }),
      fetchDocument,
    })
  const gone = (code: ErrorCode): FetchDocument => {
    return () => Promise.reject(new StagegateError(code, { message: 'It is gone.' }))
  }
  const succeeded = { result: 'success', outputs: { image: 'api@sha256:1', 'handed-over': reference } }

  it.each([
    ['could not be fetched', succeeded, 'E_ARTIFACT_UNAVAILABLE'],
    ['is gone', succeeded, 'E_ARTIFACT_MISSING'],
    ['was never handed over', { ...succeeded, outputs: { image: 'api@sha256:1' } }, 'E_INTERNAL'],
  ] as const)('has, as GitHub and its outputs say, though its result %s', async (_, need, code) => {
    const { stages, warnings } = await collect('image-push', need, gone(code))
    expect(stages.get('image')?.result).toEqual({
      status: 'success',
      output: { job: 'image-push', image: 'api@sha256:1' },
    })
    expect(warnings).toEqual([expect.stringContaining('The job image-push succeeded, as GitHub says')])
  })

  it.each([
    ['GitHub says failure of it', { ...succeeded, result: 'failure' }, 'E_ARTIFACT_UNAVAILABLE'],
    ['somebody changed what it left', succeeded, 'E_ARTIFACT_DIGEST'],
    ['what it left makes no sense', succeeded, 'E_HANDOVER_INVALID'],
  ] as const)('has failed where %s', async (_, need, code) => {
    const { stages } = await collect('deploy', need, gone(code))
    expect(stages.get('deploy')?.result).toMatchObject({ status: 'failure', error: { code } })
  })
})

describe('the times of jobs', () => {
  const begin = Date.parse('2026-01-02T03:04:05Z')
  const at = (id: string, seconds: number, from: number, to: number): ParsedDocument => {
    const stage = { ...passed(id), startedAt: from, endedAt: to }
    const document = { startedAt: begin + seconds * 1000, warnings: [`${id}: careful`, 'all: careful'] }
    return { document: document as unknown as ParsedDocument['document'], stages: [stage] }
  }
  const collect = (documents: Readonly<Record<string, ParsedDocument>>) => {
    const ids = Object.keys(documents) as JobId[]
    const need = { result: 'success', outputs: { 'handed-over': reference } }
    return collectResults(ids, {
      jobs: { ...jobs, test: 'none' },
      needs: parseNeeds(JSON.stringify(Object.fromEntries(ids.map((id) => [id, need])))),
      ...rest,
      startedAt: begin + 150_000,
      fetchDocument: (_, { id }) => Promise.resolve(documents[id]!),
    })
  }

  it('count from the begin of the first one, and its end is known from there', async () => {
    const { stages, earlierMs } = await collect({
      preflight: at('preflight', 0, 100, 900),
      build: at('build', 60, 100, 20_100),
      deploy: at('deploy', 90, 100, 50_100),
    })
    expect([...stages.values()].map(({ startedAt, endedAt }) => [startedAt, endedAt])).toEqual([
      [100, 900],
      [60_100, 80_100],
      [90_100, 140_100],
    ])
    expect(earlierMs).toBe(150_000)
  })

  it('are never before the first one nor after now, whatever a job that runs foreign code says', async () => {
    const { stages, earlierMs } = await collect({
      preflight: at('preflight', 0, 100, 900),
      build: at('build', -1000, 100, 9_000_000),
    })
    expect(stages.get('build')).toMatchObject({ startedAt: 0, endedAt: 150_000 })
    expect(earlierMs).toBe(150_000)
  })

  it('stay as they are where no job that may be believed is among them', async () => {
    const { stages, earlierMs } = await collect({ build: at('build', -1_000_000, 100, 9_000) })
    expect(stages.get('build')).toMatchObject({ startedAt: 100, endedAt: 9_000 })
    expect(earlierMs).toBe(0)
  })

  it('come with what each one warned of, and once what all of them did', async () => {
    const documents = { preflight: at('preflight', 0, 0, 1), build: at('build', 1, 0, 1) }
    expect((await collect(documents)).warnings).toEqual([
      'preflight: careful',
      'all: careful',
      'build: careful',
    ])
  })
})

describe('a document of another job', () => {
  const document = JSON.parse(documentOf([passed('build')]).toString()) as Record<string, unknown>

  it.each(['job', 'part', 'service', 'commit', 'config'])('is refused with another %s', (field) => {
    const forged = Buffer.from(JSON.stringify({ ...document, [field]: 'other' }))
    expect(() => parseDocument(forged, expected)).toThrow(`its ${field} is "other"`)
  })

  it('is refused or read, and never anything else, whatever it holds', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys(document)), (value, field) => {
        const forged = Buffer.from(JSON.stringify({ ...document, [field]: value }))
        try {
          expect(parseDocument(forged, expected).document.commit).toBe(config.trigger.commit)
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: 'E_HANDOVER_INVALID' })
        }
      }),
    )
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  it('brings no output of a stage, which only trusted jobs give', () => {
    const [stage] = parseDocument(
      documentOf([{ ...passed('build'), result: { status: 'success', output: { image: 1 } } }]),
      expected,
    ).stages
    expect(stage?.result).toEqual({ status: 'success', output: {} })
  })
})

describe('a call of the action as a job', () => {
  const none = { shard: undefined, platform: undefined }
  it.each([
    [['preflight'], 'preflight', true],
    [['build'], 'build', false],
    [['build.prepare', 'build.compile', 'test'], 'test', false],
    [['scan.sast'], 'scan', false],
    [['image.build'], 'image-build', false],
    [['build.prepare', 'build.compile', 'image.build'], 'image-build', false],
    [['image.push'], 'image-push', true],
    [['deploy'], 'deploy', true],
    [['report'], 'report', true],
  ])('%j is %s', (words, id, trusted) => {
    expect(decideJob(words, none)).toMatchObject({ id, trusted })
  })

  it.each([
    [[]],
    [['build', 'deploy']],
    [['image.build', 'image.push']],
    [['scan.sast', 'image.push']],
    [['image']],
    [['test', 'report']],
  ])('%j, which mixes code of the commit with credentials or is no job, is refused', (words) => {
    expect(() => decideJob(words, none)).toThrow('is no job of the reusable workflow')
  })
})
