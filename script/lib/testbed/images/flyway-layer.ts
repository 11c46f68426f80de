import { mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../command.ts'
import { fetchMavenArtifact } from '../maven-artifact.ts'
import type { PartContext } from '../part.ts'
import { ensureLayer } from './ensure-layer.ts'
import type { Layer } from './layer.ts'

const version = '11.8.2'

/** The newest version whose archive with its own Java is on Maven Central. */
export const flyway = {
  version,
  coordinates: `org.flywaydb:flyway-commandline:${version}:tar.gz:linux-x64`,
  sha256: '66cb1221fbb467484b40d137e45d2a92a5a2e2a4f37b73c3aba3afd81b39d909',
} as const

/** Flyway with its own Java and the one driver that the testbed's database needs. */
export function flywayLayer(context: PartContext): Promise<Layer> {
  return ensureLayer(context, {
    name: 'flyway',
    inputs: [JSON.stringify(flyway), 'postgresql-1'],
    async fill(content, work) {
      const archive = await fetchMavenArtifact(flyway.coordinates, flyway.sha256, work, context.progress)
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
