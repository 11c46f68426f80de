import { z } from 'zod'
import { type Detection, found, notFound } from './detection.ts'
import type { Workspace } from './workspace.ts'

const packageJson = z.object({
  version: z.string().optional().catch(undefined),
  scripts: z.record(z.string(), z.string()).optional().catch(undefined),
})

/** The commands of a Node project, by the steps of the pipeline, and its version. */
export interface NodeProject {
  readonly version: Detection<string>
  readonly prepare: Detection<string>
  readonly compile: Detection<string>
  readonly lint: Detection<string>
  readonly analyze: Detection<string>
  readonly unit: Detection<string>
  readonly integration: Detection<string>
}

/** Lock file → the package manager that wrote it, and how it installs exactly that. */
const packageManagers = [
  { lock: 'package-lock.json', name: 'npm', install: 'npm ci' },
  { lock: 'npm-shrinkwrap.json', name: 'npm', install: 'npm ci' },
  { lock: 'pnpm-lock.yaml', name: 'pnpm', install: 'pnpm install --frozen-lockfile' },
  { lock: 'yarn.lock', name: 'yarn', install: 'yarn install --frozen-lockfile' },
] as const

/** What `npm init` writes where there are no tests: it fails always. */
const NO_TEST = 'no test specified'

/** Looks for package.json with its scripts, and a lock file. */
export async function detectNode(workspace: Workspace): Promise<NodeProject> {
  const [text, names] = await Promise.all([workspace.read('package.json'), workspace.list('.')])
  const project = text === undefined ? undefined : parse(text)
  const manager = packageManagers.find((each) => names.includes(each.lock))
  const command = manager?.name ?? 'npm'

  const script = (...wanted: readonly string[]): Detection<string> => {
    if (project === undefined) return notFound('a package.json')
    const name = wanted.find((each) => {
      const run = Object.hasOwn(project.scripts, each) ? project.scripts[each] : undefined
      return run !== undefined && !run.includes(NO_TEST)
    })
    return name === undefined
      ? notFound(`${wanted.map((each) => `a script "${each}"`).join(' or ')} in package.json`)
      : found(`${command} run ${name}`, `package.json has a script "${name}"`)
  }
  const locks = packageManagers.map((each) => each.lock).join(', ')
  return {
    version:
      project?.version === undefined
        ? notFound('a version in package.json')
        : found(project.version, 'package.json'),
    prepare:
      project === undefined
        ? notFound('a package.json')
        : manager === undefined
          ? notFound(`a lock file beside package.json (${locks})`)
          : found(installCommand(manager, names), `there is a ${manager.lock}`),
    compile: script('build'),
    lint: script('lint'),
    analyze: script('analyze', 'typecheck'),
    unit: script('test'),
    integration: script('test:integration'),
  }
}

/** Yarn renamed the option with version 2, which has a configuration file of its own. */
function installCommand(manager: (typeof packageManagers)[number], names: readonly string[]): string {
  const berry = manager.name === 'yarn' && names.includes('.yarnrc.yml')
  return berry ? 'yarn install --immutable' : manager.install
}

interface PackageJson {
  readonly version: string | undefined
  readonly scripts: Readonly<Record<string, string>>
}

/** A file that is not valid counts as one without scripts: the command that reads it says what is wrong. */
function parse(text: string): PackageJson {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    value = {}
  }
  const parsed = packageJson.safeParse(value)
  return { version: parsed.data?.version, scripts: parsed.data?.scripts ?? {} }
}
