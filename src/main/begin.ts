import { systemClock } from '../systems/clock/clock.ts'
import { failUnlessFinished, onCrash } from './exit-code.ts'
import { guardLog } from './guard-log.ts'
import { listenToSignals, type RunSignals } from './signals.ts'

/**
 * The first thing that both programs do: red until they are finished, ended in order by signals and by bugs, and with a log
 * that only our own writer writes to.
 */
export function begin(process: NodeJS.Process): RunSignals {
  guardLog(process)
  failUnlessFinished(process)
  const signals = listenToSignals(process, systemClock)
  onCrash((error) => {
    signals.crash(error)
  })
  return signals
}
