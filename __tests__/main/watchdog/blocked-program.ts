/**
 * A program with a watchdog, and a child that nobody waits for. BLOCK_MS: how long its loop is blocked, IDLE_MS: after
 * how long; LIMIT_MS: when it has to be over.
 */
import { isMainThread } from 'node:worker_threads'
import { watch } from '../../../src/main/watchdog/watch.ts'
import { openWatchdog } from '../../../src/main/watchdog/watchdog.ts'

const { BLOCK_MS, IDLE_MS = '200', LIMIT_MS, TEMPORARY = '', MARK = '' } = process.env

if (isMainThread) {
  const data = { runMark: MARK, temporary: TEMPORARY, isRunner: true }
  const watchdog = openWatchdog(process.argv[1] ?? '', data, (thrown) => {
    process.stdout.write(`failed: ${String(thrown)}\n`)
  })
  const takeBack = watchdog.limit(Number(LIMIT_MS))
  setTimeout(() => {
    if (process.env.TAKE_BACK === 'true') takeBack()
    const until = Date.now() + Number(BLOCK_MS)
    while (Date.now() < until);
    watchdog.close()
    process.stdout.write('ended by itself\n')
  }, Number(IDLE_MS))
} else {
  watch()
}
