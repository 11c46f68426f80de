import { StagegateError } from '../../../errors/index.ts'
import type { StepContext } from '../../../pipeline/index.ts'
import type { PlaybookResult } from '../../../systems/ansible/ansible.ts'
import type { Configs, Deployment } from '../deployment.ts'

/**
 * Runs the playbook, and says per host what changed.
 *
 * @param check says what would change, and changes nothing
 */
export async function runPlaybook(
  deployment: Pick<Deployment, 'config' | 'settings' | 'systems'>,
  configs: Configs,
  step: StepContext,
  check = false,
): Promise<PlaybookResult | undefined> {
  const { settings, systems, config } = deployment
  if (!settings.infrastructure.configured) return undefined
  const ansible = await systems.ansible()
  const result = await ansible.play({
    folder: configs.root,
    playbook: settings.infrastructure.playbook,
    inventory: settings.infrastructure.inventory,
    check,
    variables: {
      stagegate: {
        service: config.service,
        version: config.version,
        commit: config.trigger.commit,
        environment: config.environment,
      },
    },
    temporary: config.temporary,
    signal: step.signal,
    onOutput: (chunk) => {
      step.log.child(chunk)
    },
  })
  if (result.recap.length === 0) {
    throw new StagegateError('E_ANSIBLE_FAILED', {
      message: `The playbook ${settings.infrastructure.playbook} matched no host.`,
      next: 'Check the inventory and the hosts line of the play.',
    })
  }
  if (result.emptyPlays.length > 0) {
    const plays = result.emptyPlays.map((each) => `${each.play} (hosts: ${each.hosts})`).join(', ')
    step.log.warn(`Plays that matched no host, so that nothing of them was run: ${plays}`)
    step.fact('plays without hosts', plays)
  }
  for (const host of result.recap) {
    step.fact(host.host, `ok=${host.ok} changed=${host.changed} skipped=${host.skipped}`)
  }
  return result
}
