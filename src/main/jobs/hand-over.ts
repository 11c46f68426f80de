import type { Config } from '../../config/config.ts'
import { DOCUMENT_NAME, type HandedOver } from '../../handover/document.ts'
import { listLayout } from '../../handover/image-archive.ts'
import type { Job } from '../../handover/job.ts'
import { renderDocument } from '../../handover/render-document.ts'
import type { PipelineResult } from '../../pipeline/index.ts'
import type { ImageOutput } from '../../stages/image/image.ts'
import type { Artifacts } from '../../systems/artifacts/artifacts.ts'
import type { Console } from '../console.ts'

export interface HandOverParts {
  readonly job: Job
  readonly config: Config
  readonly console: Console
  readonly artifacts: Artifacts
  readonly result: PipelineResult
  /** When the job began, in milliseconds since 1970. */
  readonly startedAt: number
  readonly signal: AbortSignal
}

/**
 * Leaves the result of a job for the others, failed or not, and the image with it that it built. The output with the
 * digests is the job's alone: whoever else writes artifacts of this run changes nothing that is believed.
 *
 * @throws StagegateError E_ARTIFACT_*
 */
export async function handOver(parts: HandOverParts): Promise<void> {
  const { job, config, console, artifacts, result, signal } = parts
  const image = await handImageOver(parts)
  const text = renderDocument({
    job,
    config,
    stages: result.stages,
    startedAt: parts.startedAt,
    warnings: console.warnings,
    image,
    redact: console.redact,
  })
  const bytes = Buffer.from(text, 'utf8')
  const { name, digest } = await artifacts.upload(
    artifactName(config, job, 'result'),
    [{ name: DOCUMENT_NAME, bytes: bytes.length, open: () => once(bytes) }],
    signal,
  )
  await console.runnerFiles.setOutput('handed-over', `${name}@${digest}`)
  console.output.info(`Handed over: ${name}, ${digest}.`)
}

async function handImageOver({
  job,
  config,
  console,
  artifacts,
  result,
  signal,
}: HandOverParts): Promise<HandedOver['image']> {
  const stage = result.stages.find(({ id }) => id === 'image')
  if (job.id !== 'image-build' || stage?.result.status !== 'success') return undefined
  const { layout, digest } = stage.result.output as ImageOutput
  if (layout === undefined) return undefined
  const artifact = await artifacts.upload(
    artifactName(config, job, 'image'),
    await listLayout(layout),
    signal,
  )
  console.output.info(
    `Handed over: ${artifact.name}, ${(artifact.bytes / 1e6).toFixed(1)} MB, ${artifact.digest}.`,
  )
  return { artifact: { name: artifact.name, digest: artifact.digest }, digest }
}

/** Several services may share a run, and a job runs again in each attempt. */
function artifactName({ service, trigger }: Config, job: Job, what: string): string {
  const part = job.part.replaceAll(/[^A-Za-z0-9]+/g, '-')
  return ['stagegate', service, job.id, part, what, trigger.run.attempt]
    .filter((text) => text !== '')
    .join('_')
    .replaceAll(/[^\w.-]+/g, '-')
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield await Promise.resolve(bytes)
}
