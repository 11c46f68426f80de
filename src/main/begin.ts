import { systemClock } from '../systems/clock/clock.ts'
import { failUnlessFinished, onCrash } from './exit-code.ts'
import { listenToSignals, type RunSignals } from './signals.ts'

/** The first thing that both programs do: red until they are finished, and ended in order by signals and by bugs. */
export function begin(process: NodeJS.Process): RunSignals {
  failUnlessFinished(process)
  const signals = listenToSignals(process, systemClock)
  onCrash((error) => {
    signals.crash(error)
  })
  return signals
}
