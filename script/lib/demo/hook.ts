/**
 * The post-receive hook of the demo's bare repository: reads what was pushed, runs the sample's workflow for it, and
 * leaves `result.json` and `summary.md` in the run's folder. What it prints, the one who pushes sees as it happens.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readTestbed } from '../testbed/description.ts'
import { runWorkflow } from './workflow-run.ts'

/** `hook.json` beside the hook: where its runs go. */
export interface HookSettings {
  readonly bare: string
  readonly runs: string
}

export interface HookResult {
  readonly run: number
  readonly exitCode: number
  readonly durationMs: number
}

async function main(): Promise<void> {
  const settings = JSON.parse(readFileSync(process.argv[2] ?? 'hook.json', 'utf8')) as HookSettings
  const pushed = readFileSync(0, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
  const [before = '', commit = '', ref = ''] = pushed[0] ?? []
  const counter = join(settings.runs, 'counter')
  const runNumber = Number(readText(counter) ?? '0') + 1
  writeFileSync(counter, String(runNumber))
  const folder = join(settings.runs, String(runNumber))
  const result = await runWorkflow({
    testbed: readTestbed(),
    bare: settings.bare,
    commit,
    before,
    ref,
    folder,
    runNumber,
    onLine: (line) => process.stdout.write(`${line}\n`),
  })
  const left: HookResult = {
    run: runNumber,
    exitCode: result.exitCode,
    durationMs: result.durationMs,
  }
  writeFileSync(join(folder, 'result.json'), JSON.stringify(left, null, 2))
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

// Git runs hooks with variables that would lead our own git commands to the bare repository.
for (const name of Object.keys(process.env))
  if (name.startsWith('GIT_')) Reflect.deleteProperty(process.env, name)
await main()
