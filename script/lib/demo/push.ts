import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { HookResult, HookSettings } from './hook.ts'

/** Makes a push to the bare repository start the workflow. */
export function installHook(bare: string, runs: string): void {
  mkdirSync(runs, { recursive: true })
  const settings: HookSettings = { bare, runs }
  const settingsFile = join(bare, 'hook.json')
  writeFileSync(settingsFile, JSON.stringify(settings))
  const hook = join(bare, 'hooks', 'post-receive')
  const program = [process.execPath, join(import.meta.dirname, 'hook.ts'), settingsFile].map(quote).join(' ')
  writeFileSync(hook, `#!/bin/sh\nexec ${program}\n`)
  chmodSync(hook, 0o755)
}

export interface PushResult extends HookResult {
  /** Every line that the run printed. */
  readonly log: readonly string[]
  /** Folder of the run, with its summary. */
  readonly folder: string
  readonly summary: string
}

/** `git push`, which returns when the hook's run has ended; each line of the run goes to `onLine`. */
export async function push(work: string, runs: string, onLine: (line: string) => void): Promise<PushResult> {
  const log: string[] = []
  await new Promise<void>((resolve, reject) => {
    const child = spawn('git', ['-C', work, 'push', '--quiet', 'origin', 'HEAD:main'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let rest = ''
    const take = (line: string): void => {
      // Git marks what the other side prints, and fills lines up to clear the terminal's.
      const text = line
        .replace(/^remote: ?/, '')
        .replaceAll('\x1b[K', '')
        .trimEnd()
      log.push(text)
      onLine(text)
    }
    child.stderr.setEncoding('utf8')
    child.stderr.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      lines.forEach(take)
    })
    child.on('error', reject)
    child.on('close', (code) => {
      if (rest !== '') take(rest)
      if (code === 0) resolve()
      else reject(new Error(`git push ended with exit code ${code}:\n${log.slice(-20).join('\n')}`))
    })
  })
  const folder = join(runs, readFileSync(join(runs, 'counter'), 'utf8').trim())
  const result = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')) as HookResult
  return { ...result, log, folder, summary: readFileSync(join(folder, 'summary.md'), 'utf8') }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
