import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const root = dirname(dirname(import.meta.dirname))

export interface BundleOptions {
  /** For the runner's files; each call gets a folder of its own in it. */
  readonly folder: string
  readonly workspace: string
  /** Environment of the runner: PATH, tools' settings, GITHUB_* and ACTIONS_*. */
  readonly env: Readonly<Record<string, string>>
  /** Inputs by their names in action.yml. */
  readonly inputs: Readonly<Record<string, string>>
  readonly event: object
  /** Sent while main runs, when a line of its output matches. */
  readonly interrupt?: { readonly when: RegExp; readonly signal: NodeJS.Signals }
}

export interface BundleResult {
  readonly exitCode: number | null
  readonly killedBy: NodeJS.Signals | null
  readonly log: string
  readonly outputs: Readonly<Record<string, string>>
  readonly summary: string
  /** The JSON report, when one was written. */
  readonly report: BundleReport | undefined
  readonly postExitCode: number | null
  readonly postLog: string
  readonly durationMs: number
}

export interface BundleReport {
  readonly result: string
  readonly failure: {
    readonly stage: string
    readonly step: string | null
    readonly code: string
    readonly message: string
    readonly evidence: readonly string[]
    readonly state: string | null
  } | null
  readonly overhead: {
    readonly ownMs: number
    readonly gaps: readonly { readonly from: number; readonly to: number; readonly after: string }[]
  } | null
  readonly durationMs: number
  readonly stages: readonly {
    readonly id: string
    readonly result: string
    readonly resumedFrom: string | null
    readonly steps: readonly {
      readonly id: string
      readonly result: string
      readonly facts: Readonly<Record<string, string>>
    }[]
  }[]
}

let runs = 0

/** Runs the committed bundle on Node 24 as a runner does: main, then post with the state that main saved. */
export async function runBundle(options: BundleOptions): Promise<BundleResult> {
  runs += 1
  const files = join(options.folder, `call-${runs}`)
  mkdirSync(join(files, 'temp'), { recursive: true })
  const file = (name: string, content = ''): string => {
    writeFileSync(join(files, name), content)
    return join(files, name)
  }
  const env: Record<string, string> = {
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_WORKSPACE: options.workspace,
    GITHUB_EVENT_PATH: file('event.json', JSON.stringify(options.event)),
    GITHUB_OUTPUT: file('output'),
    GITHUB_STATE: file('state'),
    GITHUB_STEP_SUMMARY: file('summary.md'),
    GITHUB_ENV: file('env'),
    GITHUB_PATH: file('path'),
    RUNNER_TEMP: join(files, 'temp'),
    RUNNER_TOOL_CACHE: join(files, 'tools'),
    RUNNER_OS: 'Linux',
    ...options.env,
    ...Object.fromEntries(
      Object.entries(options.inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
    ),
  }
  const started = performance.now()
  const main = await start(env, options.workspace, options.interrupt)
  const durationMs = performance.now() - started
  const state = parseVariables(readFileSync(join(files, 'state'), 'utf8'))
  const post = await start(
    { ...env, ...Object.fromEntries(Object.entries(state).map(([name, value]) => [`STATE_${name}`, value])) },
    options.workspace,
  )
  const outputs = parseVariables(readFileSync(join(files, 'output'), 'utf8'))
  const report = outputs['report']
  return {
    exitCode: main.code,
    killedBy: main.signal,
    log: main.log,
    outputs,
    summary: existsSync(join(files, 'summary.md')) ? readFileSync(join(files, 'summary.md'), 'utf8') : '',
    report:
      report === undefined || !existsSync(report)
        ? undefined
        : (JSON.parse(readFileSync(report, 'utf8')) as BundleReport),
    postExitCode: post.code,
    postLog: post.log,
    durationMs,
  }
}

function start(
  env: Readonly<Record<string, string>>,
  cwd: string,
  interrupt?: BundleOptions['interrupt'],
): Promise<{ code: number | null; signal: NodeJS.Signals | null; log: string }> {
  return new Promise((resolve, reject) => {
    const node = join(root, 'node_modules', '.bin', 'node')
    const child = spawn(node, [join(root, 'dist', 'index.js')], {
      env,
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let log = ''
    let sent = false
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8')
      stream.on('data', (chunk: string) => {
        log += chunk
        if (!sent && interrupt?.when.test(log) === true) {
          sent = true
          child.kill(interrupt.signal)
        }
      })
    }
    child.on('error', reject)
    child.on('close', (code, signal) => {
      resolve({ code, signal, log })
    })
  })
}

/** The runner's `name<<delimiter` files. */
function parseVariables(text: string): Record<string, string> {
  const values: Record<string, string> = {}
  for (const match of text.matchAll(/^(.+?)<<(\S+)\r?\n([\s\S]*?)\r?\n\2$/gm))
    values[match[1] ?? ''] = match[3] ?? ''
  return values
}
