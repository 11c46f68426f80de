import { readConfiguration } from './configuration.ts'
import { logToStandardOutput as log } from './log.ts'
import { startService } from './start-service.ts'

try {
  const service = await startService(readConfiguration(process.env), log)
  const stop = (signal: NodeJS.Signals): void => {
    log('info', 'stopping', { signal })
    void service.stop()
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
} catch (error) {
  log('error', 'the service cannot start', { error: error instanceof Error ? error.message : String(error) })
  process.exitCode = 1
}
