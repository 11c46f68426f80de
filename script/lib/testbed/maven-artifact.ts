import { createHash } from 'node:crypto'
import { createReadStream, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { run } from './command.ts'
import { installMissing, programPath } from './debian-packages.ts'
import { TestbedFailure } from './failure.ts'
import type { Progress } from './progress.ts'

/** Named with its version: by its short name Maven would take the newest one of the day. */
const copyGoal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy'

/**
 * Fetches a file with the machine's Maven and its settings, and keeps it only when it has the pinned SHA-256
 * (hexadecimal). Maven's own files stay in `folder`, so that the caller removes them with it.
 * @param coordinates `group:artifact:version:type:classifier`
 * @returns the file's path.
 * @throws TestbedFailure when Maven fails, or the file is not the pinned one.
 */
export async function fetchMavenArtifact(
  coordinates: string,
  sha256: string,
  folder: string,
  progress: Progress,
): Promise<string> {
  await installMissing(['mvn'], progress)
  const [fetched, repository] = [join(folder, 'maven-artifact'), join(folder, 'maven-repository')]
  mkdirSync(fetched)
  await run(
    [
      ...([programPath('mvn'), '--batch-mode', '--quiet', '--no-transfer-progress', copyGoal] as const),
      ...[`-Dmaven.repo.local=${repository}`, `-Dartifact=${coordinates}`, `-DoutputDirectory=${fetched}`],
    ],
    // Outside the checkout: Maven reads the project file of the folder that it is started in.
    { cwd: folder, next: 'see whether Maven reaches Maven Central, or a mirror in its settings.xml' },
  )
  rmSync(repository, { recursive: true })
  const [name] = readdirSync(fetched)
  if (name === undefined) throw new TestbedFailure(`Maven fetched nothing for ${coordinates}`)
  const file = join(fetched, name)
  const found = await hashOf(file)
  if (found !== sha256) {
    throw new TestbedFailure(`${name} has SHA-256 ${found}, pinned is ${sha256}`, {
      next: 'do not use it: find out why the file has changed',
    })
  }
  return file
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}
