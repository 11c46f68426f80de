import type { CommandSettings, Config, Configured } from '../../config/config.ts'
import type { Finding } from '../../findings/index.ts'
import type { Stage, StepContext } from '../../pipeline/index.ts'
import { planCommand } from '../commands/plan-command.ts'
import { missingReport } from '../commands/read-reports.ts'
import { runCommands } from '../commands/run-commands.ts'
import type { Outputs } from '../outputs.ts'
import { settleAll } from '../settle.ts'
import type { Systems } from '../systems.ts'

export interface BuildOutput {
  /** What compilers, linters and analysers said without failing. */
  readonly findings: readonly Finding[]
}

const steps = ['prepare', 'compile', 'lint', 'analyze'] as const

/** The commit's own commands: dependencies first, then compile, with lint and static analysis beside it. */
export const build: Stage<Outputs, 'build', 'checkout', Config, Systems> = {
  id: 'build',
  needs: ['checkout'],
  plan(config) {
    const configured = steps.filter((id) => config.build[id].configured)
    if (configured.length === 0) {
      const reasons = steps.map((id) => config.build[id]).filter((settings) => !settings.configured)
      return { run: false, reason: [...new Set(reasons.map(({ reason }) => reason))].join('; ') }
    }
    return {
      run: true,
      summary: configured.join(', '),
      steps: steps.map((id) => planCommand(id, config.build[id])),
      async execute(_needs, { systems, step }) {
        const run = (id: (typeof steps)[number]): Promise<readonly Finding[] | undefined> =>
          step(id, (each) => runCommand(config.build[id], config.workspace, systems, each))
        const prepared = await run('prepare')
        const beside = await settleAll([run('compile'), run('lint'), run('analyze')])
        return { findings: [prepared, ...beside].flatMap((findings) => findings ?? []) }
      },
    }
  },
}

async function runCommand(
  settings: Configured<CommandSettings>,
  workspace: string,
  systems: Systems,
  step: StepContext,
): Promise<readonly Finding[]> {
  if (!settings.configured) return []
  const { failure, findings, reports } = await runCommands(settings, workspace, systems, step)
  if (findings.length > 0) step.fact('findings', [String(findings.length), ...reports.notes].join('; '))
  if (failure !== undefined) throw failure
  if (settings.reports.length > 0 && reports.read.length === 0) {
    throw missingReport(reports, settings.reports)
  }
  return findings
}
