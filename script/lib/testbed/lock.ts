import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { isAlive, readIdentity, type ProcessIdentity } from './process-identity.ts'
import { progressOf } from './progress.ts'

/** Runs `work` while no other command changes the same testbed; waits for the one that does. */
export async function exclusively<Result>(state: string, work: () => Promise<Result>): Promise<Result> {
  const file = `${state}.lock`
  for (let told = false; !take(file); told = true) {
    const holder = readHolder(file)
    if (holder === undefined || !isAlive(holder)) {
      rmSync(file, { force: true })
      continue
    }
    if (!told) progressOf('testbed').say(`waits for process ${holder.pid}, which changes the same testbed`)
    await delay(500)
  }
  try {
    return await work()
  } finally {
    rmSync(file, { force: true })
  }
}

function take(file: string): boolean {
  try {
    writeFileSync(file, JSON.stringify(readIdentity(process.pid)), { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

function readHolder(file: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity
  } catch {
    return undefined
  }
}
