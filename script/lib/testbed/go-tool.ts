import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cached } from './cache.ts'
import { run, tryCommand } from './command.ts'
import { TestbedFailure } from './failure.ts'
import type { Paths } from './paths.ts'
import type { Progress } from './progress.ts'

/** The modules beside this file: go.mod names the tools, go.sum pins every module by hash. */
export type GoTool =
  | 'act'
  | 'actionlint'
  | 'buildkit'
  | 'buildx'
  | 'conftest'
  | 'coredns'
  | 'helm'
  | 'kubernetes'
  | 'osv-scanner'
  | 'pause'
  | 'sops'

const modules = join(import.meta.dirname, 'go')
const oldestGo = [1, 24] as const

/** Builds the tools of a module and answers with the folder that holds their binaries. */
export async function buildGoTool(tool: GoTool, paths: Paths, progress: Progress): Promise<string> {
  const source = join(modules, tool)
  const isProgram = tool === 'pause'
  const files = isProgram ? ['go.mod', 'main.go'] : ['go.mod', 'go.sum']
  const pins = files.map((file) => readFileSync(join(source, file), 'utf8'))
  const go = await readGoVersion()
  const linkerFlags = ['-s', '-w', ...versionFlags(tool, pins[0]!)].join(' ')
  const folder = await cached(
    paths.cache,
    {
      name: `go/${tool}`,
      inputs: [go, linkerFlags, ...pins],
      message: `building ${tool} from its Go module`,
      async build(target) {
        // Built outside the checkout, so that Go's files never show up in it.
        const work = mkdtempSync(join(tmpdir(), `stagegate-go-${tool}-`))
        try {
          for (const file of files) copyFileSync(join(source, file), join(work, file))
          mkdirSync(join(target, 'bin'))
          const packages = isProgram ? '.' : 'tool'
          await run(
            [
              'go',
              'build',
              '-mod=readonly',
              '-trimpath',
              '-ldflags',
              linkerFlags,
              '-o',
              `${target}/bin/`,
              packages,
            ],
            { cwd: work, env: { CGO_ENABLED: '0', GOFLAGS: undefined, GOWORK: 'off' } },
          )
        } finally {
          rmSync(work, { recursive: true, force: true })
        }
      },
    },
    progress,
  )
  return join(folder, 'bin')
}

/** The module of a tool and the variables that hold its version: a plain `go build` leaves them unknown. */
const versionVariables: Partial<Record<GoTool, { readonly module: string; readonly variable: string }>> = {
  act: { module: 'github.com/nektos/act', variable: 'main.version' },
  buildkit: { module: 'github.com/moby/buildkit', variable: 'github.com/moby/buildkit/version.Version' },
  buildx: { module: 'github.com/docker/buildx', variable: 'github.com/docker/buildx/version.Version' },
  conftest: {
    module: 'github.com/open-policy-agent/conftest',
    variable: 'github.com/open-policy-agent/conftest/internal/version.Version',
  },
  helm: { module: 'helm.sh/helm/v4', variable: 'helm.sh/helm/v4/internal/version.version' },
  kubernetes: { module: 'k8s.io/kubernetes', variable: 'k8s.io/component-base/version.gitVersion' },
}

function versionFlags(tool: GoTool, goMod: string): string[] {
  const wanted = versionVariables[tool]
  if (wanted === undefined) return []
  const line = goMod
    .split('\n')
    .find((candidate) => candidate.trim().replace('require ', '').startsWith(`${wanted.module} v`))
  const version = /v\d+\.\d+\.\d+/.exec(line ?? '')?.[0]
  if (version === undefined)
    throw new TestbedFailure(`go/${tool}/go.mod names no version of ${wanted.module}`)
  const flags = ['-X', `${wanted.variable}=${version}`]
  if (tool !== 'kubernetes') return flags
  // Its components also compare these two with each other's.
  const [major, minor] = version.slice(1).split('.')
  const component = 'k8s.io/component-base/version'
  return [...flags, '-X', `${component}.gitMajor=${major!}`, '-X', `${component}.gitMinor=${minor!}`]
}

async function readGoVersion(): Promise<string> {
  const next = `install Go ${oldestGo.join('.')} or newer and put its bin folder on PATH (Debian's own package may be too old)`
  const found = await tryCommand(['go', 'env', 'GOVERSION']).catch(() => undefined)
  const version = found?.stdout.trim() ?? ''
  const numbers = /^go(\d+)\.(\d+)/.exec(version)
  if (numbers === null)
    throw new TestbedFailure('no Go on PATH, and parts of the testbed are built with it', { next })
  const [major, minor] = [Number(numbers[1]), Number(numbers[2])]
  if (major < oldestGo[0] || (major === oldestGo[0] && minor < oldestGo[1])) {
    throw new TestbedFailure(`${version} is too old to build parts of the testbed`, { next })
  }
  return version
}
