import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
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
  /** All that the call wrote for others to read, by where it stands: logs, runner's files, the report. */
  readonly written: Readonly<Record<string, string>>
  /** Names in the runner's temporary folder after post. */
  readonly left: readonly string[]
  /** Of the environment of everything that the call started, see `findProcesses`. */
  readonly mark: string
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
    readonly reason: string | null
    readonly resumedFrom: string | null
    readonly steps: readonly {
      readonly id: string
      readonly result: string
      readonly reason: string | null
      readonly facts: readonly { readonly name: string; readonly value: string }[]
    }[]
  }[]
  readonly deployment: {
    readonly schemaVersion: string | null
    readonly objects: readonly { readonly kind: string; readonly name: string; readonly change: string }[]
  } | null
}

/** The variable that every process of a call has, children of children too. */
export const CALL_MARK = 'E2E_CALL'

let calls = 0

/** Runs the committed bundle on Node 24 as a runner does: main, then post with the state that main saved. */
export async function runBundle(options: BundleOptions): Promise<BundleResult> {
  calls += 1
  const files = join(options.folder, `call-${calls}`)
  const temporary = join(files, 'temp')
  mkdirSync(temporary, { recursive: true })
  writeFileSync(join(files, 'event.json'), JSON.stringify(options.event))
  const mark = randomUUID()
  const env: Record<string, string> = {
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_WORKSPACE: options.workspace,
    GITHUB_EVENT_PATH: join(files, 'event.json'),
    ...Object.fromEntries(runnerFiles.map((name) => [`GITHUB_${name}`, join(files, name)])),
    RUNNER_TEMP: temporary,
    RUNNER_TOOL_CACHE: join(files, 'tools'),
    RUNNER_OS: 'Linux',
    [CALL_MARK]: mark,
    ...options.env,
    ...Object.fromEntries(
      Object.entries(options.inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
    ),
  }
  for (const name of runnerFiles) writeFileSync(join(files, name), '')
  const read = (name: string): string => readFileSync(join(files, name), 'utf8')

  const started = performance.now()
  const main = await start(env, options.workspace, options.interrupt)
  const durationMs = performance.now() - started
  const state = Object.entries(parseVariables(read('STATE')))
  const post = await start(
    { ...env, ...Object.fromEntries(state.map(([name, value]) => [`STATE_${name}`, value])) },
    options.workspace,
  )
  const outputs = parseVariables(read('OUTPUT'))
  const report = outputs.report !== undefined && existsSync(outputs.report) ? outputs.report : undefined
  const reportText = report === undefined ? '' : readFileSync(report, 'utf8')
  return {
    exitCode: main.code,
    killedBy: main.signal,
    log: main.log,
    outputs,
    summary: read('STEP_SUMMARY'),
    report: report === undefined ? undefined : (JSON.parse(reportText) as BundleReport),
    postExitCode: post.code,
    postLog: post.log,
    written: {
      log: main.log,
      'log of post': post.log,
      ...Object.fromEntries(runnerFiles.map((name) => [name, read(name)])),
      report: reportText,
    },
    left: readdirSync(temporary),
    mark,
    durationMs,
  }
}

/** The runner's files, by the end of the variables that name them. */
const runnerFiles = ['OUTPUT', 'STATE', 'STEP_SUMMARY', 'ENV', 'PATH'] as const

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
