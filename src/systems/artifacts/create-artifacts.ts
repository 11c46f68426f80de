import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { StagegateError } from '../../errors/index.ts'
import { HttpFailure } from '../http/http-failure.ts'
import type { ArtifactReference, Artifacts } from './artifacts.ts'
import { openArtifactService, type ServiceOptions, type StoredArtifact } from './artifact-service.ts'
import { ForeignArchive, readZip } from './read-zip.ts'
import { uploadBlob } from './upload-blob.ts'
import { writeZip } from './write-zip.ts'

/** As long as a run can be rerun in practice; the repository's own limit may be shorter. Days. */
const KEPT_DAYS = 7
/** A download that was cut is started again. */
const TRIES = 3
const SILENCE_MS = 30_000
/** What was finished a moment ago may not be listed yet: it is looked for again after so many milliseconds each. */
const LOOK_AGAIN_MS = [250, 500, 1000, 2000]
const TEXT_END = 8

export interface ArtifactsOptions extends ServiceOptions {
  /** Random text of hex digits. */
  readonly random: (digits: number) => string
}

/** The artifacts of this run. @throws StagegateError E_ARTIFACT_UNAVAILABLE */
export function createArtifacts(options: ArtifactsOptions): Artifacts {
  const { http, clock, random } = options
  const service = openArtifactService(options)

  async function fetchBytes(
    artifact: StoredArtifact,
    path: string,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<string> {
    const url = await service.downloadUrl(artifact, signal)
    const file = await open(path, 'w', 0o600)
    try {
      const answer = await http.stream({
        system: 'artifacts',
        method: 'GET',
        url,
        signal,
        silenceMs: SILENCE_MS,
        followRedirects: true,
      })
      if (answer.status !== 200)
        throw unavailable(`The artifact store answered ${answer.status} to a download`)
      const hash = createHash('sha256')
      let bytes = 0
      for await (const chunk of answer.chunks) {
        bytes += chunk.length
        if (bytes > maxBytes) throw tooLarge(artifact.name, maxBytes)
        hash.update(chunk)
        await file.write(chunk)
      }
      return `sha256:${hash.digest('hex')}`
    } finally {
      await file.close()
    }
  }

  async function find(name: string, signal: AbortSignal): Promise<StoredArtifact> {
    for (const delayMs of [...LOOK_AGAIN_MS, undefined]) {
      const [artifact] = await service.find(name, signal)
      if (artifact !== undefined) return artifact
      if (delayMs !== undefined) await clock.sleep(delayMs, signal)
    }
    throw new StagegateError('E_ARTIFACT_MISSING', { message: `This run has no artifact ${name}.` })
  }

  async function fetchVerified(
    reference: ArtifactReference,
    path: string,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<void> {
    const artifact = await find(reference.name, signal)
    for (let tries = 1; ; tries += 1) {
      try {
        const digest = await fetchBytes(artifact, path, maxBytes, signal)
        if (digest === reference.digest) return
        throw new StagegateError('E_ARTIFACT_DIGEST', {
          message: `The artifact ${reference.name} is ${digest}; the job that made it handed over ${reference.digest}.`,
        })
      } catch (thrown) {
        if (!(thrown instanceof HttpFailure)) throw thrown
        if (tries === TRIES) throw unavailable(thrown.message, thrown)
      }
    }
  }

  return {
    async upload(name, files, signal) {
      const archive = await writeZip(files)
      const expiresAt = new Date(clock.now().getTime() + KEPT_DAYS * 86_400_000)
      const newName = (): string => `${name}-${random(TEXT_END)}`
      const { name: unique, uploadUrl } = await service.create(newName, expiresAt, signal)
      const { digest, bytes } = await uploadBlob(http, uploadUrl, archive.open(), signal)
      await service.finalize(unique, bytes, digest, signal)
      return { name: unique, digest, bytes }
    },
    async download(reference, { folder, maxBytes, allows, signal }) {
      const path = join(folder, `${random(TEXT_END)}.zip`)
      await fetchVerified(reference, path, maxBytes, signal)
      try {
        return { files: await readZip(path, allows) }
      } catch (thrown) {
        if (!(thrown instanceof ForeignArchive)) throw thrown
        throw new StagegateError('E_ARTIFACT_INVALID', {
          message: `The artifact ${reference.name} is refused: ${thrown.message}.`,
        })
      }
    },
  }
}

function unavailable(what: string, cause?: unknown): StagegateError {
  return new StagegateError('E_ARTIFACT_UNAVAILABLE', {
    message: `${what}.`,
    ...(cause === undefined ? {} : { cause }),
  })
}

function tooLarge(name: string, maxBytes: number): StagegateError {
  return new StagegateError('E_ARTIFACT_INVALID', {
    message: `The artifact ${name} has more than ${maxBytes} bytes, which is more than is taken.`,
  })
}
