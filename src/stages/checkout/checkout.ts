import type { Config } from '../../config/config.ts'
import { StagegateError } from '../../errors/index.ts'
import type { Stage, StepContext } from '../../pipeline/index.ts'
import type { Outputs } from '../outputs.ts'
import type { Systems } from '../systems.ts'

export interface CheckoutOutput {
  readonly commit: string
  readonly tree: string
  readonly subject: string
  readonly author: string
  readonly committedAt: string
}

/** The event's commit is what the workspace holds, byte for byte; `placeCommit` has put it there where it was not. */
export const checkout: Stage<Outputs, 'checkout', 'preflight', Config, Systems> = {
  id: 'checkout',
  needs: ['preflight'],
  attendance: 'every-call',
  ledger: false,
  plan(config) {
    const { commit } = config.trigger
    return {
      run: true,
      summary: `commit ${commit.slice(0, 12)} is in the workspace`,
      steps: [
        {
          id: 'verify',
          run: true,
          summary: `commit ${commit}`,
          source: `event ${config.trigger.event}`,
          timeoutMs: 300_000,
        },
      ],
      async execute(_needs, { systems, step }) {
        const output = await step('verify', (each) => verify(config, systems, each))
        if (output === undefined) throw new Error('checkout.verify is critical')
        return output
      },
    }
  },
}

async function verify(config: Config, { git }: Systems, step: StepContext): Promise<CheckoutOutput> {
  const { workspace } = config
  const { commit } = config.trigger
  const head = await git.headCommit(workspace, step.signal)
  if (head !== commit) {
    throw new StagegateError('E_CHECKOUT_DIRTY', {
      message: `The workspace is at ${head}; this run is for ${commit}.`,
      state: 'Nothing was built or deployed.',
    })
  }
  const changed = await git.changedFiles(workspace, step.signal)
  if (changed.length > 0) {
    throw new StagegateError('E_CHECKOUT_DIRTY', {
      message: `${changed.length === 20 ? 'At least 20' : changed.length} tracked files differ from commit ${commit.slice(0, 12)}.`,
      evidence: changed,
      state: 'Nothing was built or deployed.',
    })
  }
  refuseCredentials(await git.keptCredentials(workspace, step.signal), config, step)
  warnOfPointers(await git.lfsPointers(workspace, step.signal), step)
  const [tree, described] = await Promise.all([
    git.tree(workspace, commit, step.signal),
    git.describe(workspace, commit, step.signal),
  ])
  step.fact('commit', commit.slice(0, 12))
  step.log.info(`${commit} ${described.subject} (${described.author}, ${described.committedAt})`)
  return { commit, tree, ...described }
}

/** A build takes them for the files themselves, and nothing fails before the service reads one. */
function warnOfPointers(paths: readonly string[], step: StepContext): void {
  if (paths.length === 0) return
  const shown = paths.slice(0, 10).join(', ')
  const more = paths.length > 10 ? ` and ${paths.length - 10} more` : ''
  step.log.warn(
    `${paths.length} tracked ${paths.length === 1 ? 'file holds' : 'files hold'} a pointer of Git LFS in place of the content, and would be built so: ${shown}${more}. Give actions/checkout lfs: true.`,
  )
}

/** Before any code of the commit runs. Only where nothing is deployed, and so the token is worth less, is it a warning. */
function refuseCredentials(names: readonly string[], { deploy, selection }: Config, step: StepContext): void {
  if (names.length === 0) return
  const deploys = deploy.configured && (selection.stages?.includes('deploy') ?? true)
  if (!deploys) {
    step.log.warn(
      `The checkout keeps a credential (${names.join(', ')}), which every command of this job can read: give actions/checkout persist-credentials: false.`,
    )
    return
  }
  throw new StagegateError('E_CHECKOUT_CREDENTIALS', {
    message: `The checkout keeps a credential that every command of this job can read: ${names.join(', ')}.`,
    state: 'Nothing was built or deployed.',
  })
}
