import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readTestbed } from '../../../script/lib/testbed/description.ts'
import { systemClock } from '../../../src/systems/clock/clock.ts'
import { createDocker, type DockerOptions } from '../../../src/systems/docker/create-docker.ts'
import type { BuiltImage } from '../../../src/systems/docker/docker.ts'
import { createHttp } from '../../../src/systems/http/create-http.ts'
import { createRegistry } from '../../../src/systems/registry/create-registry.ts'
import { createProcesses } from '../../../src/systems/runner/spawn-processes.ts'
import { newFolder } from '../new-folder.ts'

const testbed = readTestbed()
const pullLogin = {
  registry: testbed.registry.address,
  username: testbed.registry.username,
  password: testbed.registry.password,
}
const signal = new AbortController().signal
const sourceDate = new Date('2026-01-02T03:04:05Z')

function docker(options: Partial<DockerOptions> = {}, env: Readonly<Record<string, string>> = {}) {
  const processes = createProcesses({
    clock: systemClock,
    env: {
      ...process.env,
      DOCKER_HOST: testbed.docker.host,
      // Another configuration knows no builder of the testbed.
      BUILDX_BUILDER: options.config === undefined ? testbed.buildkit.builder : '',
      ...env,
    },
    holdsSecret: () => false,
    runMark: 'docker-test',
  })
  return createDocker({ processes, config: testbed.docker.config, pullLogin, ...options })
}

interface Built extends BuiltImage {
  readonly folder: string
  readonly log: string
}

async function build(dockerfile: string, subject = docker(), buildArgs = {}): Promise<Built> {
  const context = newFolder()
  writeFileSync(join(context, 'Dockerfile'), dockerfile)
  writeFileSync(join(context, 'a.txt'), 'a\n')
  const folder = newFolder()
  let log = ''
  const built = await subject.build(
    {
      context,
      file: join(context, 'Dockerfile'),
      target: undefined,
      buildArgs,
      platforms: ['linux/amd64'],
      labels: { 'org.opencontainers.image.revision': 'abc' },
    },
    {
      folder,
      sourceDate,
      signal,
      onOutput: (chunk) => {
        log += Buffer.from(chunk).toString()
      },
    },
  )
  return { ...built, folder, log }
}

describe('the builder of the testbed', () => {
  test('can be used', async () => {
    expect(await docker().check(signal)).toEqual({
      buildx: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      builder: testbed.buildkit.builder,
    })
  })

  test('builds on a private base image with a live log, and the registry stores what it built', async () => {
    const { digest, layout, log, folder } = await build(
      `FROM ${testbed.images.node}\nARG GREETING\nRUN node -e "console.log(process.argv[1])" "$GREETING"\n`,
      docker(),
      { GREETING: 'hello from the build' },
    )
    expect(log).toContain('hello from the build')
    expect(readdirSync(folder).sort()).toEqual(['layout', 'metadata.json'])

    const http = createHttp({ clock: systemClock, userAgent: 'test', env: {} })
    const registry = createRegistry({
      http,
      clock: systemClock,
      secrets: { add: () => undefined },
      credentials: pullLogin,
    })
    const repository = `${testbed.registry.address}/testbed/docker-system-test`
    const options = {
      ...{ layout, repository, digest, revision: 'c'.repeat(40), signal },
      tags: [{ name: 'probe', moves: true }],
      onProgress: () => undefined,
    }
    await registry.push(options)
    expect(await registry.digestOf(repository, 'probe', signal)).toBe(digest)
    expect(await registry.push(options)).toMatchObject({ pushedBytes: 0 })
    http.close()
  })

  test('gives the same commit the same digest', async () => {
    const dockerfile = `FROM scratch\nCOPY a.txt /\n`
    const first = await build(dockerfile)
    const second = await build(dockerfile)
    expect(second.digest).toBe(first.digest)
  })

  test('shows no step of the build a credential', async () => {
    const { log } = await build(
      `FROM ${testbed.images.debian}\nRUN env; cat /proc/1/environ; find / -xdev -name config.json -size -2; date\n`,
    )
    expect(log).not.toContain(pullLogin.password)
    expect(log).not.toContain(Buffer.from(`${pullLogin.username}:${pullLogin.password}`).toString('base64'))
  })

  test('names the line of the Dockerfile that fails, with the last of its log', async () => {
    const failed = build(`FROM ${testbed.images.debian}\n\nRUN echo half way && exit 7\n`)
    await expect(failed).rejects.toMatchObject({
      code: 'E_IMAGE_BUILD_FAILED',
      message: 'docker buildx build failed at Dockerfile:3 (exit 1).',
      evidence: [
        'RUN echo half way && exit 7',
        expect.stringContaining('half way'),
        expect.stringContaining('exit code: 7'),
      ],
    })
  })

  test('cannot pull a private base image without the login', async () => {
    const failed = build(`FROM ${testbed.images.debian}\n`, docker({ pullLogin: undefined }))
    await expect(failed).rejects.toMatchObject({
      code: 'E_IMAGE_BUILD_FAILED',
      evidence: expect.arrayContaining([expect.stringContaining('401')]),
    })
  })
})

describe('another builder', () => {
  /** A configuration of the client with nothing in it but buildx. */
  function emptyConfig(): string {
    const config = newFolder()
    mkdirSync(join(config, 'cli-plugins'))
    symlinkSync(join(testbed.bin, 'buildx'), join(config, 'cli-plugins', 'docker-buildx'))
    return config
  }

  test('that belongs to an engine which is away is said to be away', async () => {
    const config = emptyConfig()
    const checked = docker({ config }, { DOCKER_HOST: 'unix:///nowhere/docker.sock' }).check(signal)
    await expect(checked).rejects.toMatchObject({
      code: 'E_BUILD_DAEMON',
      message: 'The Docker engine or the builder of this runner does not answer.',
    })
  })

  test("that is the engine's own and cannot export is refused before the build", async () => {
    await expect(docker({ config: emptyConfig() }).check(signal)).rejects.toMatchObject({
      code: 'E_BUILD_DAEMON',
      next: expect.stringContaining('docker/setup-buildx-action'),
    })
  })

  test('that is remote and away is refused before the build', async () => {
    const config = emptyConfig()
    execFileSync(
      'docker',
      ['buildx', 'create', '--name', 'away', '--driver', 'remote', '--use', 'unix:///nowhere/buildkitd.sock'],
      { env: { ...process.env, DOCKER_CONFIG: config, DOCKER_HOST: testbed.docker.host }, stdio: 'ignore' },
    )
    await expect(docker({ config }).check(signal)).rejects.toMatchObject({
      code: 'E_BUILD_DAEMON',
      evidence: ['its BuildKit is inactive'],
    })
  })

  test('is missing where docker has no buildx', async () => {
    const home = newFolder()
    await expect(docker({ config: newFolder() }, { HOME: home }).check(signal)).rejects.toMatchObject({
      code: 'E_TOOL_MISSING',
    })
  })

  test('is missing where there is no docker', async () => {
    await expect(docker({}, { PATH: '/nowhere' }).check(signal)).rejects.toMatchObject({
      code: 'E_TOOL_MISSING',
      message: 'docker is not on the PATH.',
    })
  })
})
