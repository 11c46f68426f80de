import type { Config } from '../config/config.ts'
import { bookkeepingName } from '../systems/kubernetes/bookkeeping.ts'
import { deploymentKeyOf } from './deployment-writer.ts'
import type { SavedState } from './state.ts'

/**
 * What `post` has to know of a planned run, before anything of it is on GitHub.
 *
 * @param writes whether this call tells GitHub anything
 */
export function savedStateOf(config: Config, writes: boolean): SavedState {
  const { trigger, statusContext, deploy, mayDeploy, service } = config
  return {
    commit: trigger.headCommit,
    context: statusContext,
    repository: trigger.repository,
    runUrl: trigger.run.url,
    mayDeploy: mayDeploy && writes,
    deploymentKey: deploymentKeyOf(config),
    lock: deploy.configured ? `${deploy.namespace}/${bookkeepingName(service, 'lock')}` : undefined,
  }
}
