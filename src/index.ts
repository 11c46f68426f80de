import { failUnlessFinished, onCrash } from './main/exit-code.ts'
import { listenToSignals } from './main/signals.ts'
import { isPost } from './main/state.ts'
import { systemClock } from './systems/clock/clock.ts'

// The entry of both halves: the runner starts it once for the step, and once more after the job's last step.
failUnlessFinished(process)
// Before the rest is loaded: a signal may come at any moment.
const signals = listenToSignals(process, systemClock)
onCrash((error) => {
  signals.crash(error)
})
if (isPost(process.env)) {
  const { post } = await import('./post.ts')
  await post(process, signals)
} else {
  const { main } = await import('./main.ts')
  await main(process, signals)
}
