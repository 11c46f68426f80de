import type { Config } from '../config/config.ts'
import type { RunFacts } from '../report/run-report.ts'

/** What the report says of the run itself. */
export function factsOf(config: Config): RunFacts {
  const { trigger } = config
  return {
    service: config.service,
    version: config.version,
    environment: config.environment,
    repository: trigger.repository,
    commit: trigger.commit,
    ref: trigger.ref,
    event: trigger.event,
    actor: trigger.run.actor,
    runUrl: trigger.run.url,
    attempt: trigger.run.attempt,
    stages: config.selection.stages,
    ...(config.selection.gates === 'jobs' ? { isJob: true } : {}),
  }
}
