import { finish } from './exit-code.ts'

/** What all acts together may take, in milliseconds: after a second signal the process is gone within a second. */
const AT_ONCE_MS = 900

type Act = (signal: AbortSignal) => Promise<unknown>

/** What is still done when there is no more time for an orderly end. */
export interface EndAtOnce {
  /** Runs beside the others; what fails is lost. */
  add(act: Act): void
  /** Does everything at the same time, then ends the process. */
  run(): Promise<never>
}

/** @param lastly done after the acts, without waiting for anything */
export function createEndAtOnce(process: NodeJS.Process, lastly: () => void): EndAtOnce {
  const acts: Act[] = []
  return {
    add(act) {
      acts.push(act)
    },
    async run() {
      const signal = AbortSignal.timeout(AT_ONCE_MS)
      const late = new Promise((resolve) => setTimeout(resolve, AT_ONCE_MS))
      await Promise.race([Promise.allSettled(acts.map((act) => act(signal))), late])
      lastly()
      finish(process, false)
      return process.exit(1)
    },
  }
}
