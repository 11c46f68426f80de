import type { Config, Configured, CommandSettings } from '../../config/config.ts'
import type { Processes } from '../../systems/runner/processes.ts'
import { installedVersion } from './installed-version.ts'
import type { ToolVersions } from './subject.ts'

/** What tells a tool's version. Only these are asked: a program of the commit's own must not run before its stage. */
const versionArguments: Readonly<Record<string, readonly string[]>> = {
  node: ['--version'],
  npm: ['--version'],
  pnpm: ['--version'],
  yarn: ['--version'],
  go: ['version'],
  python3: ['--version'],
  java: ['-version'],
  mvn: ['--version'],
  gradle: ['--version'],
  cargo: ['--version'],
  rustc: ['--version'],
  dotnet: ['--version'],
  docker: ['buildx', 'version'],
  semgrep: ['--version', '--disable-version-check'],
  'osv-scanner': ['--version'],
  schemathesis: ['--version'],
}

/** What a tool runs on: its version counts with the tool's own. */
const runsOn: Readonly<Record<string, readonly string[]>> = {
  npm: ['node'],
  npx: ['node', 'npm'],
  pnpm: ['node'],
  yarn: ['node'],
  mvn: ['java'],
  gradle: ['java'],
  cargo: ['rustc'],
  python: ['python3'],
  pip: ['python3'],
  pytest: ['python3'],
}

/** Programs of Python packages of the same name. */
const ofPython = new Set(['semgrep', 'schemathesis'])

/** Milliseconds that a tool may take to say its version. */
const ASK_MS = 20_000

/** The tools of each stage, asked for their versions when first wanted. */
export interface StageTools {
  of(stage: string): Promise<ToolVersions>
}

export function createStageTools(
  config: Config,
  processes: Processes,
  platform: { readonly os: string; readonly arch: string },
  signal: AbortSignal,
): StageTools {
  const versions = new Map<string, Promise<string>>()
  const versionOf = (tool: string): Promise<string> => {
    const known = versions.get(tool) ?? askVersion(tool, config.temporary, processes, signal)
    versions.set(tool, known)
    return known
  }
  return {
    async of(stage) {
      const names = listTools(config, stage)
      const found = await Promise.all(names.map(async (name) => [name, await versionOf(name)] as const))
      return { ...Object.fromEntries(found), platform: `${platform.os}/${platform.arch}` }
    },
  }
}

/** The known tools that a stage's configuration names, by their names on the PATH, sorted. Pure. */
export function listTools({ build, test, scan, image }: Config, stage: string): readonly string[] {
  const ofCommands = (steps: readonly Configured<CommandSettings>[]): string[] =>
    steps.flatMap((step) => (step.configured ? step.run.flatMap(programsOf) : []))
  const ofScanners = [scan.sast, scan.dependencies, scan.dast].flatMap((scanner) =>
    scanner.configured ? [scanner.tool] : [],
  )
  const named: Readonly<Record<string, readonly string[]>> = {
    build: ofCommands(Object.values(build)),
    test: ofCommands([build.prepare, ...Object.values(test)]),
    scan: ofScanners,
    image: image.configured ? ['docker'] : [],
  }
  const all = (named[stage] ?? []).flatMap((tool) => [tool, ...(runsOn[tool] ?? [])])
  return [...new Set(all)].filter((tool) => Object.hasOwn(versionArguments, tool)).toSorted()
}

/** The words of a command that can be programs: each that begins it or follows an operator of the shell. */
function programsOf(command: string): readonly string[] {
  return command
    .split(/&&|\|\||[;|\n]/)
    .map((part) => part.trim().replace(/^(?:\w+=\S*\s+)+/, ''))
    .map((part) => /^[\w.+-]+/.exec(part)?.[0] ?? '')
    .filter((word) => word !== '')
}

/** The version, `none` for a tool that is not there, `unknown` for one that does not say. */
async function askVersion(
  tool: string,
  cwd: string,
  processes: Processes,
  signal: AbortSignal,
): Promise<string> {
  const path = await processes.find(tool)
  if (path === undefined) return 'none'
  const installed = ofPython.has(tool) ? await installedVersion(path, tool) : undefined
  if (installed !== undefined) return installed
  try {
    const { exitCode, stdout, stderr } = await processes.run({
      argv: [path, ...(versionArguments[tool] ?? [])],
      cwd,
      env: processes.environment('foreign'),
      signal: AbortSignal.any([signal, AbortSignal.timeout(ASK_MS)]),
      keepBytes: 4096,
    })
    const said = exitCode === 0 ? /(?<![\d.])(\d+\.\d+[\w.+-]*)/.exec(`${stdout}\n${stderr}`)?.[1] : undefined
    return said ?? 'unknown'
  } catch {
    signal.throwIfAborted()
    return 'unknown'
  }
}
