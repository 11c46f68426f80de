import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { cached } from '../cache.ts'
import { run } from '../command.ts'
import { download } from '../download.ts'
import { TestbedFailure } from '../failure.ts'
import { buildGoTool } from '../go-tool.ts'
import { unmountBelow } from '../mounts.ts'
import type { PartContext } from '../part.ts'
import { packLayer, readLayer, type Layer } from './layer.ts'

const debian = { suite: 'bookworm', mirror: 'http://deb.debian.org/debian' } as const

/** From the registry of npm; the hash is the one that its metadata gives (`npm view npm@… dist.integrity`). */
const npm = {
  version: '11.21.2',
  integrity:
    'sha512-7HPApk+AflMUavSseL1Pm6CnYqMIHk53x+KmuhqmTDqPkjPMgxIpTPcTqsE91EKNw4gFBJV9fnXiSdGm1DXq9A==',
} as const

/** The newest version whose archive with its own Java is on Maven Central. */
export const flyway = {
  version: '11.8.2',
  sha256: '66cb1221fbb467484b40d137e45d2a92a5a2e2a4f37b73c3aba3afd81b39d909',
} as const

/** The machine's own authorities: behind a proxy that opens TLS, builds inside the image need them too. */
const authorities = '/etc/ssl/certs/ca-certificates.crt'

interface LayerRecipe {
  readonly name: string
  readonly inputs: readonly string[]
  /** Fills the folder with the layer's files. `work` is for anything else. */
  readonly fill: (content: string, work: string) => Promise<void>
}

async function ensureLayer(context: PartContext, recipe: LayerRecipe): Promise<Layer> {
  const folder = await cached(
    context.paths.cache,
    {
      name: `layers/${recipe.name}`,
      inputs: recipe.inputs,
      message: `making the image layer ${recipe.name}`,
      async build(target) {
        const work = join(target, 'work')
        const content = join(work, 'content')
        mkdirSync(content, { recursive: true, mode: 0o755 })
        try {
          await recipe.fill(content, work)
          await packLayer(content, target)
        } finally {
          // An interrupted debootstrap leaves /proc and /sys mounted.
          await unmountBelow(work)
          rmSync(work, { recursive: true, force: true })
        }
      },
    },
    context.progress,
  )
  return readLayer(folder)
}

/** A small Debian: what debootstrap calls minbase, without documentation and package lists. */
export function debianLayer(context: PartContext): Promise<Layer> {
  const bundle = existsSync(authorities) ? readFileSync(authorities, 'utf8') : ''
  return ensureLayer(context, {
    name: 'debian',
    inputs: [debian.suite, debian.mirror, bundle, 'slim-1'],
    async fill(content) {
      await run(
        [
          'debootstrap',
          '--variant=minbase',
          '--include=ca-certificates',
          debian.suite,
          content,
          debian.mirror,
        ],
        { next: `run as root, on a machine that reaches ${debian.mirror}` },
      )
      const dropped = [
        'var/cache',
        'var/lib/apt/lists',
        'var/log',
        'usr/share/doc',
        'usr/share/man',
        'usr/share/info',
      ]
      for (const path of [...dropped, 'usr/share/locale', 'dev']) {
        rmSync(join(content, path), { recursive: true, force: true })
        mkdirSync(join(content, path))
      }
      if (bundle !== '') writeFileSync(join(content, authorities), bundle)
      const users = { passwd: 'node:x:1000:1000::/home/node:/bin/bash\n', group: 'node:x:1000:\n' }
      for (const [file, line] of Object.entries(users))
        writeFileSync(join(content, 'etc', file), line, { flag: 'a' })
      mkdirSync(join(content, 'home/node'))
      await run(['chown', '1000:1000', join(content, 'home/node')])
    },
  })
}

/** The Node that this script itself runs on, and npm, where the official image has them. */
export async function nodeLayer(context: PartContext): Promise<Layer> {
  return ensureLayer(context, {
    name: 'node',
    inputs: [process.version, JSON.stringify(npm)],
    async fill(content, work) {
      const local = join(content, 'usr/local')
      mkdirSync(join(local, 'bin'), { recursive: true })
      mkdirSync(join(local, 'lib/node_modules'), { recursive: true })
      copyFileSync(process.execPath, join(local, 'bin/node'))
      await run(['npm', 'pack', '--silent', `npm@${npm.version}`, '--pack-destination', work], { cwd: work })
      const archive = join(work, `npm-${npm.version}.tgz`)
      const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`
      if (found !== npm.integrity)
        throw new TestbedFailure(`npm ${npm.version} has ${found}, pinned is ${npm.integrity}`)
      await run(['tar', '-xzf', archive, '-C', work, '--no-same-owner'])
      renameSync(join(work, 'package'), join(local, 'lib/node_modules/npm'))
      for (const program of ['npm', 'npx']) {
        symlinkSync(`../lib/node_modules/npm/bin/${program}-cli.js`, join(local, 'bin', program))
      }
    },
  })
}

/** Flyway with its own Java and the one driver that the testbed's database needs. */
export function flywayLayer(context: PartContext): Promise<Layer> {
  return ensureLayer(context, {
    name: 'flyway',
    inputs: [JSON.stringify(flyway), 'postgresql-1'],
    async fill(content, work) {
      const name = `flyway-commandline-${flyway.version}-linux-x64.tar.gz`
      const central = 'https://repo.maven.apache.org/maven2/org/flywaydb/flyway-commandline'
      const archive = join(work, name)
      await download(`${central}/${flyway.version}/${name}`, flyway.sha256, archive)
      const wanted = ['flyway', 'conf', 'lib', 'jre', 'licenses', 'drivers/postgresql-*.jar']
      await run([
        ...(['tar', '-xzf', archive, '-C', work, '--no-same-owner', '--wildcards'] as const),
        ...wanted.map((path) => `flyway-${flyway.version}/${path}`),
      ])
      renameSync(join(work, `flyway-${flyway.version}`), join(content, 'flyway'))
      mkdirSync(join(content, 'flyway/sql'))
      await run(['chmod', '-R', 'a+rX', join(content, 'flyway')])
    },
  })
}

/** The static program that holds a pod's namespaces. */
export async function pauseLayer(context: PartContext): Promise<Layer> {
  const folder = await buildGoTool('pause', context.paths, context.progress)
  const program = join(folder, 'pause')
  return ensureLayer(context, {
    name: 'pause',
    inputs: [createHash('sha256').update(readFileSync(program)).digest('hex')],
    fill(content) {
      copyFileSync(program, join(content, 'pause'))
      return Promise.resolve()
    },
  })
}
