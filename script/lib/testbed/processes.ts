import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { lastLines } from './command.ts'
import { TestbedFailure } from './failure.ts'
import { writeAtomically } from './files.ts'
import { isAlive, killOrphans, readIdentity, type ProcessIdentity } from './process-identity.ts'
import { expectFree } from './port.ts'
import { waitUntil } from './wait-until.ts'

/** What is kept of a started process, as `processes/<name>.json`. */
export interface ProcessRecord {
  readonly name: string
  readonly part: string
  readonly identity: ProcessIdentity
  /** Hash of the command and of the files it was configured by: another one means that it must be restarted. */
  readonly fingerprint: string
  readonly log: string
  readonly stopSignal: 'SIGTERM' | 'SIGINT'
  /** Addresses and TCP ports at which it must answer, `127.0.0.1:5000`. */
  readonly answersAt: readonly string[]
}

export interface ProcessStart {
  readonly name: string
  readonly part: string
  readonly argv: readonly [string, ...string[]]
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  /** Contents of configuration files: when they change, the process is started again. */
  readonly configuration?: readonly string[]
  /** Addresses and TCP ports that it takes, `127.0.0.1:5000`: another process there would answer in its place. */
  readonly listens?: readonly string[]
  /** Where it must answer, when that is not `listens`: addresses of another network namespace. */
  readonly answersAt?: readonly string[]
  /** What ends it in good order, SIGTERM unless it is said. */
  readonly stopSignal?: 'SIGTERM' | 'SIGINT'
  /** Throws until the process serves. */
  readonly ready: () => Promise<unknown>
  /** Seconds given to `ready`. */
  readonly seconds?: number
}

/** The processes that the testbed started: detached, each with a record and a log, found again by the next command. */
export class Processes {
  private readonly folder: string
  private readonly logs: string

  constructor(state: string) {
    this.folder = join(state, 'processes')
    this.logs = join(state, 'log')
  }

  records(): ProcessRecord[] {
    if (!existsSync(this.folder)) return []
    return (
      readdirSync(this.folder)
        .filter((name) => name.endsWith('.json'))
        .map((name) => JSON.parse(readFileSync(join(this.folder, name), 'utf8')) as ProcessRecord)
        // A testbed that runs since before an update of this checkout has records without the field.
        .map((record) => ({ ...record, answersAt: (record.answersAt as string[] | undefined) ?? [] }))
    )
  }

  /** The record of a process that still runs. */
  running(name: string): ProcessRecord | undefined {
    return this.records().find((record) => record.name === name && isAlive(record.identity))
  }

  /** Reuses the process when it runs unchanged and serves, else starts it. Answers true when it was started. */
  async ensure(start: ProcessStart): Promise<boolean> {
    const fingerprint = createHash('sha256')
      .update(JSON.stringify([start.argv, start.cwd, start.env, start.configuration]))
      .digest('hex')
    const found = this.running(start.name)
    if (found?.fingerprint === fingerprint && (await serves(start.ready))) return false
    await this.stop(start.name)
    for (const address of start.listens ?? []) await expectFree(address, start.name)
    const record = this.launch(start, fingerprint)
    const expectAlive = () => {
      if (!isAlive(record.identity)) throw new TestbedFailure(`${start.name} ended at its start`)
    }
    const ready = async () => {
      await start.ready()
      expectAlive()
    }
    await waitUntil(`${start.name}: ready`, ready, {
      seconds: start.seconds ?? 60,
      giveUp: expectAlive,
    }).catch((cause: unknown) => {
      throw new TestbedFailure(cause instanceof Error ? cause.message : String(cause), {
        cause,
        evidence: [
          ...(cause instanceof TestbedFailure && cause.evidence !== '' ? [cause.evidence] : []),
          lastLines(readFileSync(record.log, 'utf8'), 15),
        ].join('\n'),
        next: `read ${record.log}`,
      })
    })
    return true
  }

  private launch(start: ProcessStart, fingerprint: string): ProcessRecord {
    mkdirSync(this.folder, { recursive: true })
    mkdirSync(this.logs, { recursive: true })
    const log = join(this.logs, `${start.name}.log`)
    const output = openSync(log, 'w', 0o600)
    const [program, ...rest] = start.argv
    const child = spawn(program, rest, {
      cwd: start.cwd ?? '/',
      env: { ...process.env, ...start.env },
      detached: true,
      stdio: ['ignore', output, output],
    })
    closeSync(output)
    // An unreachable program is reported below, by its missing process id.
    child.on('error', () => undefined)
    child.unref()
    const identity = child.pid === undefined ? undefined : readIdentity(child.pid)
    if (identity === undefined) {
      const problem = child.pid === undefined ? 'could not be started' : 'ended at its start'
      throw new TestbedFailure(`${start.name} ${problem}`, {
        evidence: lastLines(readFileSync(log, 'utf8'), 15),
        next: child.pid === undefined ? `see whether ${program} can be run on this machine` : `read ${log}`,
      })
    }
    const { name, part, stopSignal = 'SIGTERM', answersAt = start.listens ?? [] } = start
    const record: ProcessRecord = { name, part, identity, fingerprint, log, stopSignal, answersAt }
    writeAtomically(join(this.folder, `${name}.json`), JSON.stringify(record, null, 2))
    return record
  }

  /** Ends a process: its signal, and after its end or `seconds` SIGKILL for its whole group. Never a stranger's. */
  async stop(name: string, seconds = 10): Promise<void> {
    const record = this.records().find((candidate) => candidate.name === name)
    if (record === undefined) return
    if (isAlive(record.identity)) {
      process.kill(record.identity.pid, record.stopSignal)
      const end = performance.now() + seconds * 1000
      while (isAlive(record.identity) && performance.now() < end) await delay(50)
    }
    killOrphans(record.identity)
    while (isAlive(record.identity)) await delay(20)
    rmSync(join(this.folder, `${name}.json`), { force: true })
  }

  async stopPart(part: string): Promise<void> {
    await Promise.all(
      this.records()
        .filter((record) => record.part === part)
        .map((record) => this.stop(record.name)),
    )
  }
}

async function serves(ready: () => Promise<unknown>): Promise<boolean> {
  try {
    await ready()
    return true
  } catch {
    return false
  }
}
