import type { Config } from '../../config/config.ts'
import type { PlannedStep, Stage } from '../../pipeline/index.ts'
import type { Outputs } from '../outputs.ts'
import { settleAll } from '../settle.ts'
import type { Systems } from '../systems.ts'
import type { Reporter } from './reporter.ts'

export interface ReportOutput {
  /** Absolute path of the JSON report. */
  readonly file: string | undefined
}

/** GitHub being down costs at most this much, in milliseconds. */
const GITHUB_MS = 60_000
const FILE_MS = 30_000

/** Says what happened, whatever happened. Its steps are advisory: a report that is lost never changes the result. */
export const report: Stage<Outputs, 'report', never, Config, Systems & { readonly reporter: Reporter }> = {
  id: 'report',
  needs: [],
  attendance: 'always',
  ledger: false,
  plan(config) {
    const advisory = (id: string, summary: string, timeoutMs: number): PlannedStep => ({
      id,
      run: true,
      summary,
      critical: false,
      timeoutMs,
    })
    return {
      run: true,
      summary: `summary, commit status "${config.statusContext}", check runs`,
      steps: [
        advisory('file', 'JSON report', FILE_MS),
        advisory('summary', 'job summary', FILE_MS),
        advisory('github', `commit status "${config.statusContext}", check runs, deployment`, GITHUB_MS),
      ],
      async execute(_needs, { systems: { reporter }, results, step }) {
        const [file] = await settleAll([
          step('file', () => reporter.writeFile(results())),
          step('summary', () => reporter.writeSummary(results())),
          step('github', async ({ signal, log }) => {
            for (const lost of await reporter.finishGithub(results(), signal)) log.warn(lost)
          }),
        ])
        return { file }
      },
    }
  },
}
