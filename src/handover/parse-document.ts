import { z } from 'zod'
import { catalogue, type ErrorCode, StagegateError } from '../errors/index.ts'
import { clipText, createFinding } from '../findings/index.ts'
import type { Result, StageResult, StepResult } from '../pipeline/index.ts'
import {
  bounds,
  documentSchema,
  finding,
  type HandedOver,
  type HandedOverStage,
  tests,
  testsRan,
} from './document.ts'
import { type Job, nameOf } from './job.ts'
import { cut } from '../text/index.ts'

/** What the reader knows without the document: whose it must be. */
export interface Expected {
  readonly job: Pick<Job, 'id' | 'part' | 'trusted'>
  readonly service: string
  readonly commit: string
  readonly config: string
}

export interface ParsedDocument {
  readonly document: HandedOver
  readonly stages: readonly StageResult[]
}

/**
 * What a job handed over, checked from its first byte to its last: it may have been written by code of the commit. It
 * must belong to the same service, commit and configuration, and to the job that it is asked of. Pure.
 *
 * @throws StagegateError E_HANDOVER_INVALID
 */
export function parseDocument(bytes: Uint8Array, expected: Expected): ParsedDocument {
  const document = parse(bytes, expected)
  for (const [field, wanted] of [
    ['job', expected.job.id],
    ['part', expected.job.part],
    ['service', expected.service],
    ['commit', expected.commit],
    ['config', expected.config],
  ] as const) {
    if (document[field] !== wanted) {
      throw invalid(expected, `its ${field} is ${JSON.stringify(cut(document[field], 100))}, not ${wanted}`)
    }
  }
  try {
    return { document, stages: document.stages.map((stage) => readStage(stage, expected.job.trusted)) }
  } catch (cause) {
    throw invalid(expected, explain(cause), cause)
  }
}

function parse(bytes: Uint8Array, expected: Expected): HandedOver {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return documentSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw invalid(expected, explain(cause), cause)
  }
}

function readStage(stage: HandedOverStage, trusted: boolean): StageResult {
  return {
    id: stage.id,
    result: readResult(stage.result, trusted),
    ...(stage.resumedFrom === undefined ? {} : { resumedFrom: stage.resumedFrom }),
    steps: stage.steps.map((step): StepResult => ({
      id: step.id,
      critical: step.critical,
      result: readResult(step.result, false),
      facts: step.facts,
      kept: readKept(step.kept, trusted),
      ...times(step),
    })),
    ...times(stage),
  }
}

function readResult(result: HandedOverStage['result'], trusted: boolean): Result<unknown> {
  switch (result.status) {
    case 'success':
      return { status: 'success', output: trusted ? result.output : {} }
    case 'failure': {
      const { code, message, evidence, state, next } = result.error
      const known = Object.hasOwn(catalogue, code) ? (code as ErrorCode) : 'E_COMMAND_FAILED'
      return {
        status: 'failure',
        error: new StagegateError(known, {
          message: clipText(message),
          evidence: evidence.map((each) => clipText(each)),
          next: clipText(next),
          ...(state === undefined ? {} : { state: clipText(state) }),
        }),
      }
    }
    case 'cancelled':
    case 'skipped':
      return result
  }
}

/** Of jobs that run code of the commit, only findings and tests; findings are made anew, with their own fingerprints. */
function readKept(kept: Readonly<Record<string, unknown>>, trusted: boolean): Record<string, unknown> {
  const known: Record<string, unknown> = trusted ? { ...kept } : {}
  if (kept.findings !== undefined) {
    known.findings = z
      .array(finding)
      .max(bounds.findings)
      .parse(kept.findings)
      .map((each) => createFinding({ ...each, file: insideWorkspace(each.file) }))
  }
  if (kept.tests !== undefined) known.tests = tests.parse(kept.tests)
  if (kept.testsRan !== undefined) known.testsRan = testsRan.parse(kept.testsRan)
  return known
}

/** A path that leads out of the checkout names no place in it. */
function insideWorkspace(path: string | undefined): string | undefined {
  if (path === undefined || path.startsWith('/') || path.includes('\\') || path.split('/').includes('..')) {
    return undefined
  }
  return path
}

function times({ startedAt, endedAt }: { startedAt?: number | undefined; endedAt?: number | undefined }) {
  return {
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
  }
}

function explain(cause: unknown): string {
  if (!(cause instanceof z.ZodError)) return 'it is no JSON text'
  const issue = cause.issues[0]
  return `${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? ''}`
}

function invalid({ job }: Expected, why: string, cause?: unknown): StagegateError {
  return new StagegateError('E_HANDOVER_INVALID', {
    message: `What the job ${nameOf(job)} handed over is refused: ${clipText(why, 400)}.`,
    ...(cause === undefined ? {} : { cause }),
  })
}
