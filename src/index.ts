import { isMainThread } from 'node:worker_threads'
import { begin } from './main/begin.ts'

// The entry of the step itself, and of the thread that watches over it.
if (isMainThread) {
  // Before the rest is loaded, signals are taken: one may come at any moment.
  const signals = begin(process)
  const { main } = await import('./main.ts')
  await main(process, signals)
} else {
  const { watch } = await import('./main/watchdog/watch.ts')
  watch()
}
