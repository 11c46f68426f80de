import type { Config } from '../../config/config.ts'
import type { TestsRan } from '../../findings/index.ts'
import type { StageResult } from '../../pipeline/index.ts'
import { imageOf, type ReportedImage, testsRanOf } from '../../report/kept.ts'
import type { ImageOutput } from '../../stages/image/image.ts'
import type { ToolVersions } from './subject.ts'
import type { PassWriter } from './trust.ts'

/** What a check run of ours says of itself, for a later call to read. */
export interface EntryText {
  readonly stage: string
  readonly writer: PassWriter
  readonly tools: ToolVersions
  /** What the pass hands over; null where the stage did not pass. */
  readonly output: unknown
}

/** The text of a check run: who wrote it with which tools, and what a pass hands over. */
export function renderEntryText(stage: StageResult, writer: PassWriter, tools: ToolVersions): string {
  const passed = stage.result.status === 'success'
  const { run, attempt, workflow, job, runner } = writer
  const entry: EntryText = {
    stage: stage.id,
    writer: { run, attempt, workflow, job, runner },
    tools,
    output: passed ? pickOutput(stage) : null,
  }
  return `\`\`\`json\n${JSON.stringify(entry)}\n\`\`\``
}

/** What a text says; undefined when it is not one that `renderEntryText` makes. Nothing in it is believed yet. */
export function parseEntryText(text: string): EntryText | undefined {
  const json = /^```json\n(.*)\n```$/.exec(text)?.[1]
  if (json === undefined) return undefined
  try {
    const { stage, writer, tools, output } = JSON.parse(json) as Readonly<Record<string, unknown>>
    if (typeof stage !== 'string' || !isWriter(writer) || !isVersions(tools) || output === undefined)
      return undefined
    const { run, attempt, workflow, job, runner } = writer
    return { stage, writer: { run, attempt, workflow, job, runner }, tools, output }
  } catch {
    return undefined
  }
}

/** What a pass hands over, for a stage that is selected; undefined when it does not fit this configuration. */
export function parseOutput(entry: EntryText, config: Config): object | undefined {
  if (typeof entry.output !== 'object' || entry.output === null) return undefined
  if (entry.stage === 'image') return parseImage(entry.output, config)
  return entry.stage === 'test' ? parseTests(entry.output) : {}
}

/**
 * An image is believed only in the repository that this configuration pushes to. That it is there, and is what the tags
 * of this commit name, is asked later.
 */
function parseImage(output: object, config: Config): ImageOutput | undefined {
  const { repository, digest, tags } = output as Readonly<Record<string, unknown>>
  if (!config.image.configured || repository !== config.image.repository) return undefined
  if (typeof digest !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(digest)) return undefined
  if (!Array.isArray(tags) || !tags.every((tag): tag is string => typeof tag === 'string')) return undefined
  const lastingTags = config.image.tags.filter((tag) => !tag.moves).map((tag) => tag.name)
  return { repository, digest, tags, lastingTags, revision: config.trigger.headCommit }
}

/** What ran then; a pass of a version that did not say it has nothing. */
function parseTests(output: object): { readonly testsRan?: TestsRan } {
  const { testsRan } = output as Readonly<Record<string, unknown>>
  const isKnown = testsRan === 'unknown' || (Number.isSafeInteger(testsRan) && (testsRan as number) >= 0)
  return isKnown ? { testsRan: testsRan as TestsRan } : {}
}

function pickOutput(stage: StageResult): object {
  const image = stage.id === 'image' ? imageOf([stage]) : undefined
  if (image !== undefined) return pickImage(image)
  const testsRan = testsRanOf([stage])
  return testsRan === undefined ? {} : { testsRan }
}

function pickImage({ repository, digest, tags }: ReportedImage): ReportedImage {
  return { repository, digest, tags }
}

function isWriter(value: unknown): value is PassWriter {
  if (typeof value !== 'object' || value === null) return false
  const { run, attempt, workflow, job, runner } = value as Readonly<Record<string, unknown>>
  return (
    typeof run === 'string' &&
    /^[0-9]{1,20}$/.test(run) &&
    Number.isSafeInteger(attempt) &&
    (attempt as number) > 0 &&
    [workflow, job, runner].every((each) => typeof each === 'string')
  )
}

function isVersions(value: unknown): value is ToolVersions {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((each) => typeof each === 'string')
  )
}
