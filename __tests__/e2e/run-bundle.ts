import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { CALL_MARK } from './find-processes.ts'
import { type Interrupt, watchFor } from './interrupt.ts'

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
  /** The Linux user that the call runs as, with this copy of the program and of Node; default: the test's own. */
  readonly user?: number
  readonly program?: BundleProgram
  /** Done to main while it runs. */
  readonly interrupt?: Interrupt
  /** Whether post runs after main; on a machine that is lost it does not. Default true. */
  readonly post?: boolean
  /** Done between main and post: for what main itself must have done. */
  readonly beforePost?: () => Promise<void>
  /** In place of a folder of the call's own: RUNNER_TEMP. */
  readonly temporary?: string
}

export interface BundleProgram {
  readonly node: string
  /** The folder with index.js. */
  readonly folder: string
  /** Stands before Node, and sees to the user: see `machineOf`. */
  readonly before?: readonly string[]
}

export interface BundleResult {
  readonly exitCode: number | null
  readonly killedBy: NodeJS.Signals | null
  /** What the runner had to send because main did not end by itself after the first signal. */
  readonly escalations: readonly string[]
  /** Milliseconds from the interrupt to main's end. */
  readonly endedAfterMs: number | undefined
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
    readonly wallMs: number
    readonly ownMs: number
    readonly pausedMs: number
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
  readonly rollout: readonly {
    readonly object: string
    readonly cause: string
    readonly pods: readonly { readonly containers: readonly { readonly log: readonly string[] }[] }[]
    readonly diff: readonly string[]
  }[]
  readonly deployment: {
    readonly schemaVersion: string | null
    readonly objects: readonly { readonly kind: string; readonly name: string; readonly change: string }[]
  } | null
}

let calls = 0

/** Runs the committed bundle on Node 24 as a runner does: main, then post with the state that main saved. */
export async function runBundle(options: BundleOptions): Promise<BundleResult> {
  calls += 1
  const files = join(options.folder, `call-${calls}`)
  const temporary = options.temporary ?? join(files, 'temp')
  mkdirSync(files, { recursive: true })
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
  if (options.user !== undefined) {
    for (const path of [files, temporary, ...readdirSync(files).map((name) => join(files, name))])
      chownSync(path, options.user, options.user)
  }
  const read = (name: string): string => readFileSync(join(files, name), 'utf8')

  const started = performance.now()
  const main = await start('index.js', env, options, mark, options.interrupt)
  const durationMs = performance.now() - started
  await options.beforePost?.()
  const state = Object.entries(parseVariables(read('STATE')))
  const states = Object.fromEntries(state.map(([name, value]) => [`STATE_${name}`, value]))
  const post =
    options.post === false ? undefined : await start('post/index.js', { ...env, ...states }, options, mark)
  const outputs = parseVariables(read('OUTPUT'))
  const report = outputs.report !== undefined && existsSync(outputs.report) ? outputs.report : undefined
  const reportText = report === undefined ? '' : readFileSync(report, 'utf8')
  return {
    exitCode: main.code,
    killedBy: main.signal,
    escalations: main.escalations,
    endedAfterMs: main.endedAfterMs,
    log: main.log,
    outputs,
    summary: read('STEP_SUMMARY'),
    report: report === undefined ? undefined : (JSON.parse(reportText) as BundleReport),
    postExitCode: post?.code ?? null,
    postLog: post?.log ?? '',
    written: {
      log: main.log,
      'log of post': post?.log ?? '',
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

interface Started {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly log: string
  readonly escalations: readonly string[]
  readonly endedAfterMs: number | undefined
}

function start(
  entry: string,
  env: Readonly<Record<string, string>>,
  { workspace: cwd, user, program }: Pick<BundleOptions, 'workspace' | 'user' | 'program'>,
  mark: string,
  interrupt?: Interrupt,
): Promise<Started> {
  return new Promise((resolve, reject) => {
    const node = program?.node ?? join(root, 'node_modules', '.bin', 'node')
    const argv = [...(program?.before ?? []), ...[node, join(program?.folder ?? join(root, 'dist'), entry)]]
    const child = spawn(argv[0]!, argv.slice(1), {
      ...(user === undefined || program?.before !== undefined ? {} : { uid: user, gid: user }),
      env,
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const watch = watchFor(child, mark, interrupt)
    let log = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8')
      stream.on('data', (chunk: string) => {
        log += chunk
        watch.see(log)
      })
    }
    child.on('error', reject)
    let endedAt = 0
    child.on('exit', () => {
      endedAt = performance.now()
    })
    child.on('close', (code, signal) => {
      const { actedAt, escalations } = watch.close()
      const endedAfterMs = actedAt === undefined ? undefined : endedAt - actedAt
      resolve({ code, signal, log, escalations, endedAfterMs })
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
