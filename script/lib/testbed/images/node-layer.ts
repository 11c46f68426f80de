import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../command.ts'
import { TestbedFailure } from '../failure.ts'
import type { PartContext } from '../part.ts'
import { ensureLayer } from './ensure-layer.ts'
import type { Layer } from './layer.ts'

/** From the registry of npm; the hash is the one that its metadata gives (`npm view npm@… dist.integrity`). */
const npm = {
  version: '11.21.2',
  integrity:
    'sha512-7HPApk+AflMUavSseL1Pm6CnYqMIHk53x+KmuhqmTDqPkjPMgxIpTPcTqsE91EKNw4gFBJV9fnXiSdGm1DXq9A==',
} as const

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
