/**
 * Loaded into the bundle before its own code (`node --import`): does what a bug would do, once a line of the log says
 * that the run has come to a certain point. E2E_CRASH names the bug, E2E_CRASH_AT the text of the line.
 */
const { E2E_CRASH: bug, E2E_CRASH_AT: at = '' } = process.env
const isMain = process.argv[1]?.endsWith('dist/index.js') === true && !('STATE_stagegate-main' in process.env)

const bugs: Readonly<Record<string, () => void>> = {
  throw() {
    throw new Error('a bug that throws')
  },
  reject() {
    void Promise.reject(new Error('a bug that nobody waits for'))
  },
  /** One computation that takes for ever: no timer and no signal is heard any more. */
  block() {
    for (;;);
  },
  /** Whatever the run waits for never comes: no socket, no child and no timer keeps the process alive. */
  drain() {
    const handles = (process as unknown as { _getActiveHandles(): { unref?(): void }[] })._getActiveHandles()
    for (const handle of handles) handle.unref?.()
    for (const timer of timers) timer.unref()
  },
}

const timers = new Set<NodeJS.Timeout>()

if (isMain && bug !== undefined) {
  const happen = bugs[bug]
  if (happen === undefined) throw new Error(`there is no bug ${bug}`)
  let isOver = false
  const { setTimeout: set } = globalThis
  globalThis.setTimeout = Object.assign((...args: Parameters<typeof set>) => {
    const timer = set(...args)
    if (!isOver) timers.add(timer)
    return timer
  }, set)
  const write = process.stdout.write.bind(process.stdout)
  process.stdout.write = ((...args: Parameters<typeof write>) => {
    if (!isOver && String(args[0]).includes(at)) {
      isOver = true
      setImmediate(happen)
    }
    return write(...args)
  }) as typeof process.stdout.write
}
