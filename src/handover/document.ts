import { z } from 'zod'

/** Bounds for what a hostile job may hand over, which the writer keeps to as well. Characters, counts, milliseconds. */
export const bounds = {
  text: 64 * 1024,
  shortText: 1024,
  path: 4096,
  count: 2 ** 31,
  milliseconds: 1e10,
  stages: 20,
  steps: 50,
  facts: 100,
  evidence: 1000,
  warnings: 1000,
  findings: 100_000,
  aliases: 50,
  failures: 1000,
  slowest: 10,
} as const

const text = z.string().max(bounds.text)
const shortText = z.string().max(bounds.shortText)
const path = z.string().max(bounds.path)
const count = z.number().int().min(0).max(bounds.count)
const milliseconds = z.number().min(0).max(bounds.milliseconds)

const error = z.strictObject({
  code: shortText,
  message: text,
  evidence: z.array(text).max(bounds.evidence),
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
  file: path.optional(),
  line: count.optional(),
  column: count.optional(),
  endLine: count.optional(),
  url: path.optional(),
  aliases: z.array(shortText).max(bounds.aliases).optional(),
  fingerprint: shortText,
})

const testCase = z.strictObject({
  name: text,
  outcome: z.enum(['passed', 'failed', 'skipped']),
  durationMs: milliseconds,
  file: path.optional(),
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
  failures: z.array(testCase).max(bounds.failures),
  slowest: z.array(testCase).max(bounds.slowest),
})

/** How many tests of a step ran. */
export const testsRan = z.union([count, z.literal('unknown')])

const step = z.strictObject({
  id: shortText,
  critical: z.boolean(),
  result,
  facts: z.array(z.strictObject({ name: shortText, value: text })).max(bounds.facts),
  kept: z.record(shortText, z.unknown()),
  startedAt: milliseconds.optional(),
  endedAt: milliseconds.optional(),
})

const stage = z.strictObject({
  id: shortText,
  result,
  resumedFrom: shortText.optional(),
  steps: z.array(step).max(bounds.steps),
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
  stages: z.array(stage).max(bounds.stages),
  warnings: z.array(text).max(bounds.warnings),
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
