/** Says what a part is doing, with the seconds since the start of the command in front. */
export interface Progress {
  say(message: string): void
  /** Runs `work` and repeats `message` with its elapsed seconds every 15 s, so that a long build is seen to live. */
  during<Result>(message: string, work: () => Promise<Result>): Promise<Result>
}

const began = performance.now()
const repeatAfter = 15_000

/** Progress on standard error: standard output stays free for `env` and `status`. */
export function progressOf(part: string): Progress {
  const say = (message: string) => {
    const seconds = ((performance.now() - began) / 1000).toFixed(1).padStart(6)
    process.stderr.write(`${seconds}s  ${part}: ${message}\n`)
  }
  return {
    say,
    async during(message, work) {
      const start = performance.now()
      const elapsed = () => Math.round((performance.now() - start) / 1000)
      say(message)
      const ticking = setInterval(() => {
        say(`${message} … ${elapsed()} s`)
      }, repeatAfter)
      try {
        return await work()
      } finally {
        clearInterval(ticking)
      }
    },
  }
}
