import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { StagegateError } from '../../errors/index.ts'
import type { Finished, Processes } from '../runner/processes.ts'
import { buildArguments } from './build-arguments.ts'
import { explainBuildFailure } from './build-failure.ts'
import { parseBuilder } from './builder.ts'
import { type PullLogin, writeClientConfig } from './client-config.ts'
import { daemonFailure, NO_EXPORT_NEXT } from './daemon-failure.ts'
import type { Docker } from './docker.ts'
import { cut } from '../../text/index.ts'

export interface DockerOptions {
  readonly processes: Processes
  /** The runner's `DOCKER_CONFIG`, or `~/.docker`: where its builders are known. Absolute. */
  readonly config: string
  /** With it, base images of this registry are pulled. */
  readonly pullLogin: PullLogin | undefined
}

/** docker with the plugin buildx. */
export function createDocker(options: DockerOptions): Docker {
  const { processes } = options

  async function run(
    args: readonly string[],
    signal: AbortSignal,
    more: { readonly config?: string; readonly onOutput?: (chunk: Uint8Array) => void } = {},
  ): Promise<Finished> {
    const docker = await processes.find('docker')
    if (docker === undefined) throw missing('docker is not on the PATH.', [])
    return processes.run({
      argv: [docker, ...args],
      cwd: '/',
      env: processes.environment('own', {
        DOCKER_CONFIG: more.config ?? options.config,
        DOCKER_CLI_HINTS: 'false',
        BUILDX_METADATA_PROVENANCE: 'disabled',
        NO_COLOR: '1',
      }),
      signal,
      ...(more.onOutput === undefined ? {} : { onOutput: more.onOutput }),
    })
  }

  return {
    async check(signal) {
      const version = await run(['buildx', 'version'], signal)
      const buildx = /\bv?(\d+\.\d+\.\d+\S*)/.exec(version.stdout)?.[1]
      if (version.exitCode !== 0 || buildx === undefined) {
        throw missing('docker has no plugin buildx.', firstLines(version))
      }
      const inspected = await run(['buildx', 'inspect'], signal)
      const builder = parseBuilder(inspected.stdout)
      const reason = inspected.exitCode === 0 ? builder.error : firstLines(inspected).join('\n')
      if (reason !== undefined) throw daemonFailure(reason) ?? unusable(builder.name, reason)
      if (builder.driver === 'remote' && builder.status !== 'running') {
        throw unusable(builder.name, `its BuildKit is ${builder.status}`)
      }
      if (builder.driver === 'docker' && !(await hasContainerdStore(signal))) {
        throw new StagegateError('E_BUILD_DAEMON', {
          message: `The builder ${builder.name} of this runner cannot write an OCI layout.`,
          evidence: ['It has the driver docker, without the containerd image store.'],
          state: 'Nothing was built or pushed.',
          next: NO_EXPORT_NEXT,
        })
      }
      return { buildx, builder: builder.name }
    },

    async build(image, { folder, sourceDate, signal, onOutput }) {
      const layout = join(folder, 'layout')
      const metadata = join(folder, 'metadata.json')
      const args = buildArguments(image, layout, metadata, sourceDate)
      const finished = await withConfig(folder, (config) => run(args, signal, { config, onOutput }))
      if (finished.exitCode !== 0) throw explainBuildFailure(finished.stderr, finished.exitCode)
      return { digest: await readDigest(metadata, layout), layout }
    },
  }

  async function hasContainerdStore(signal: AbortSignal): Promise<boolean> {
    const info = await run(['info', '--format', '{{json .DriverStatus}}'], signal)
    return info.stdout.includes('io.containerd.snapshotter')
  }

  /** The login is on the disk only while the build needs it. */
  async function withConfig<T>(folder: string, act: (config: string) => Promise<T>): Promise<T> {
    const { config, pullLogin } = options
    if (pullLogin === undefined) return act(config)
    const parent = await mkdtemp(join(folder, 'client-'))
    try {
      const own = join(parent, 'config')
      await writeClientConfig(config, own, pullLogin)
      return await act(own)
    } finally {
      await rm(parent, { recursive: true, force: true })
    }
  }
}

/** BuildKit's own word for the digest, which the layout has to have. */
async function readDigest(metadata: string, layout: string): Promise<string> {
  const described = JSON.parse(await readFile(metadata, 'utf8')) as Record<string, unknown>
  const digest = described['containerimage.digest']
  const index = JSON.parse(await readFile(join(layout, 'index.json'), 'utf8')) as {
    manifests?: readonly { digest?: unknown }[]
  }
  if (typeof digest !== 'string' || index.manifests?.some((each) => each.digest === digest) !== true) {
    throw new StagegateError('E_IMAGE_LAYOUT', {
      message: `BuildKit says that it built ${String(digest)}, which is not in the layout that it wrote.`,
      state: 'Nothing was pushed.',
    })
  }
  return digest
}

function firstLines(finished: Finished): readonly string[] {
  const text = finished.stderr.trim() === '' ? finished.stdout : finished.stderr
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, 5)
    .map((line) => cut(line, 500))
}

function missing(message: string, evidence: readonly string[]): StagegateError {
  return new StagegateError('E_TOOL_MISSING', { message, evidence, state: 'Nothing was built or pushed.' })
}

function unusable(name: string, reason: string): StagegateError {
  return new StagegateError('E_BUILD_DAEMON', {
    message: `The builder ${name || 'of this runner'} cannot be used.`,
    evidence: [reason],
    state: 'Nothing was built or pushed.',
  })
}
