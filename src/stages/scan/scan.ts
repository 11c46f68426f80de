import { join } from 'node:path'

import type { Config, Configured, ScannerSettings } from '../../config/config.ts'
import { type Finding, mergeSarif } from '../../findings/index.ts'
import type { PlannedStep, Stage, StepContext } from '../../pipeline/index.ts'
import type { Outputs } from '../outputs.ts'
import { settleAll } from '../settle.ts'
import type { Systems } from '../systems.ts'
import { findChangedSettings } from './changed-settings.ts'
import { runOsvScanner } from './osv-scanner/osv-scanner.ts'
import { passGate, refuseExpired } from './pass-gate.ts'
import type { ScannerReport } from './scanner.ts'
import { runSchemathesis } from './schemathesis/schemathesis.ts'
import { runSemgrep } from './semgrep/semgrep.ts'

export interface ScanOutput {
  readonly findings: readonly Finding[]
  /** Absolute path of the merged SARIF, in the run's temporary folder. */
  readonly sarif: string
}

/** All scanners at the same time, each with its own gate. One SARIF of what they found is left even when a gate closes. */
export const scan: Stage<Outputs, 'scan', 'checkout', Config, Systems> = {
  id: 'scan',
  needs: ['checkout'],
  plan(config) {
    const steps = planScanners(config)
    const running = steps.filter((each) => each.run).map((each) => each.id)
    if (running.length === 0) return { run: false, reason: 'no scanner is configured' }
    return {
      run: true,
      summary: running.join(', '),
      steps,
      async execute(_needs, { systems, step, warn, signal }) {
        const reports: ScannerReport[] = []
        const today = systems.clock.now().toISOString().slice(0, 10)
        const { workspace } = config
        const { sast, dast, dependencies, ignore } = config.scan
        const changed = await findChangedSettings(config, systems, signal)
        if (changed.length > 0) warn(`This commit changed the settings of the scan: ${changed.join(', ')}.`)
        const judge = (report: ScannerReport, settings: ScannerSettings, each: StepContext): void => {
          reports.push(report)
          each.keep('findings', report.findings)
          each.fact('scanned', report.evidence)
          if (changed.length > 0) each.fact('changed by this commit', changed.join(', '))
          if (report.failure !== undefined) throw report.failure
          passGate(report, settings, ignore, today, each)
        }
        let sarif: string
        try {
          await settleAll([
            step('sast', async (each) => {
              if (sast.configured) judge(await runSemgrep(sast, workspace, systems, each), sast, each)
            }),
            step('dast', async (each) => {
              if (dast.configured) judge(await runSchemathesis(dast, workspace, systems, each), dast, each)
            }),
            step('dependencies', async (each) => {
              if (dependencies.configured)
                judge(await runOsvScanner(workspace, systems, each), dependencies, each)
            }),
          ])
        } finally {
          sarif = await writeSarif(reports, systems)
        }
        refuseExpired(ignore, today)
        return { findings: reports.flatMap((report) => report.findings), sarif }
      },
    }
  },
}

function planScanners({ scan: { sast, dast, dependencies, secrets, config } }: Config): PlannedStep[] {
  return [
    planScanner('sast', sast, (settings) => `${settings.tool} with ${settings.config}`),
    planScanner(
      'dast',
      dast,
      (settings) => `${settings.tool} with ${settings.target} against ${new URL(settings.waitFor).origin}`,
    ),
    planScanner('dependencies', dependencies, (settings) => settings.tool),
    planNone('secrets', secrets),
    planNone('config', config),
  ]
}

function planScanner<Settings>(
  id: string,
  settings: Configured<Settings>,
  summarize: (settings: Settings) => string,
): PlannedStep {
  if (!settings.configured) return { id, run: false, reason: settings.reason }
  const { source, critical, timeoutMs } = settings
  return { id, run: true, summary: summarize(settings), source, critical, timeoutMs }
}

/** Kinds of scanner that no adapter exists for: said in the plan, never passed over. */
function planNone(id: string, settings: Configured<ScannerSettings>): PlannedStep {
  return { id, run: false, reason: settings.configured ? 'there is no scanner for it yet' : settings.reason }
}

async function writeSarif(reports: readonly ScannerReport[], { files }: Systems): Promise<string> {
  const path = join(await files.makeFolder('scan'), 'scan.sarif')
  const findings = reports.flatMap((report) => report.findings)
  await files.write(
    path,
    mergeSarif(
      findings,
      reports.map((report) => report.tool),
    ),
  )
  return path
}
