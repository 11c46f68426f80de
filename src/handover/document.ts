import { z } from 'zod'

/** Bounds for what a hostile job may hand over. Characters and counts. */
const TEXT = 64 * 1024
const MAX_STEPS = 50

const text = z.string().max(TEXT)
const shortText = z.string().max(1024)
const count = z.number().int().min(0).max(1e9)
const milliseconds = z.number().min(0).max(1e10)

const error = z.strictObject({
  code: shortText,
  message: text,
  evidence: z.array(text).max(1000),
  state: text.optional(),
  next: text,
})

/** How a stage or step ended; its output is given only by jobs that run no code of the commit. */
const result = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('success'), output: z.unknown().optional() }),
  z.strictObject({ status: z.literal('failure'), error }),
  z.strictObject({ status: z.literal('cancelled') }),
  z.strictObject({ status: z.literal('skipped'), reason: text, blocked: z.boolean() }),
])

export const finding = z.strictObject({
  tool: shortText,
  rule: shortText,
  severity: z.enum(['critical', 'high', 'medium', 'low', 'info']),
  message: text,
  file: z.string().max(4096).optional(),
  line: count.optional(),
  column: count.optional(),
  endLine: count.optional(),
  url: z.string().max(4096).optional(),
  aliases: z.array(shortText).max(50).optional(),
  fingerprint: shortText,
})

const testCase = z.strictObject({
  name: text,
  outcome: z.enum(['passed', 'failed', 'skipped']),
  durationMs: milliseconds,
  file: z.string().max(4096).optional(),
  line: count.optional(),
  message: text.optional(),
  details: text.optional(),
})

export const tests = z.strictObject({
  total: count,
  passed: count,
  failed: count,
  skipped: count,
  flaky: count,
  durationMs: milliseconds,
  failures: z.array(testCase).max(1000),
  slowest: z.array(testCase).max(10),
})

const step = z.strictObject({
  id: shortText,
  critical: z.boolean(),
  result,
  facts: z.array(z.strictObject({ name: shortText, value: text })).max(100),
  kept: z.record(shortText, z.unknown()),
  startedAt: milliseconds.optional(),
  endedAt: milliseconds.optional(),
})

const stage = z.strictObject({
  id: shortText,
  result,
  resumedFrom: shortText.optional(),
  steps: z.array(step).max(MAX_STEPS),
  startedAt: milliseconds.optional(),
  endedAt: milliseconds.optional(),
})

/** What one job leaves for the jobs after it, as `result.json` in an artifact. */
export const documentSchema = z.strictObject({
  version: z.literal(1),
  job: shortText,
  part: shortText,
  service: shortText,
  commit: shortText,
  /** Of the configuration that the job read. */
  config: shortText,
  /** Milliseconds since 1970 at which its times begin. */
  startedAt: z.number().int().min(0).max(1e14),
  stages: z.array(stage).max(20),
  warnings: z.array(text).max(1000),
  /** The image that the job built, as an artifact of its own. */
  image: z
    .strictObject({
      artifact: z.strictObject({ name: shortText, digest: shortText }),
      /** `sha256:…` of its manifest. */
      digest: shortText,
    })
    .optional(),
})

export type HandedOver = z.infer<typeof documentSchema>
export type HandedOverStage = z.infer<typeof stage>

/** The file in the artifact. */
export const DOCUMENT_NAME = 'result.json'
/** A job's findings and failed tests fit in this many bytes. */
export const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024
