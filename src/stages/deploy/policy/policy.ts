import { StagegateError } from '../../../errors/index.ts'
import { decideGate, renderFinding } from '../../../findings/index.ts'
import type { StepContext } from '../../../pipeline/index.ts'
import type { Manifest } from '../../../systems/kubernetes/manifest-set.ts'
import { passGate, refuseExpired } from '../../scan/pass-gate.ts'
import type { ScannerReport } from '../../scan/scanner.ts'
import type { Configs, Deployment } from '../deployment.ts'
import { runConftest } from './conftest.ts'

type Asking = Pick<Deployment, 'config' | 'settings' | 'systems'>

/**
 * Asks the rules about the manifests as they would be applied, and lets only those pass that the gate lets pass: the same
 * threshold and the same list of ignored findings as the scans'.
 *
 * @throws StagegateError E_SCAN_FINDINGS, E_SCAN_IGNORE_EXPIRED, and what `runConftest` throws
 */
export async function checkPolicy(
  asking: Asking,
  configs: Configs,
  manifests: readonly Manifest[],
  step: StepContext,
): Promise<void> {
  const { policy } = asking.settings
  if (!policy.configured) return
  const { ignore } = asking.config.scan
  const report = await askPolicy(asking, configs, manifests, step.signal)
  if (report === undefined) return
  step.keep('findings', report.findings)
  const today = todayOf(asking)
  try {
    passGate(report, policy, ignore, today, step)
    refuseExpired(ignore, today)
  } catch (thrown) {
    throw thrown instanceof StagegateError ? thrown.with({ state: 'Nothing was applied.' }) : thrown
  }
}

/** What the rules would say, for a dry run; undefined where there are none. */
export async function previewPolicy(
  asking: Asking,
  configs: Configs,
  manifests: readonly Manifest[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const { policy } = asking.settings
  const report = await askPolicy(asking, configs, manifests, signal)
  if (report === undefined || !policy.configured) return undefined
  const { failing } = decideGate(report.findings, policy.failOn, asking.config.scan.ignore, todayOf(asking))
  return [
    `${report.tool} looked at ${report.evidence}.`,
    ...report.findings.map((each) => `${failing.includes(each) ? 'would fail: ' : ''}${renderFinding(each)}`),
  ].join('\n')
}

async function askPolicy(
  { config, settings, systems }: Asking,
  configs: Configs,
  manifests: readonly Manifest[],
  signal: AbortSignal,
): Promise<ScannerReport | undefined> {
  if (!settings.policy.configured) return undefined
  const isCheckout = configs.root === config.workspace
  return runConftest(settings.policy, { root: configs.root, isCheckout }, manifests, systems, signal)
}

/** In UTC: `2026-11-23`. */
function todayOf({ systems }: Asking): string {
  return systems.clock.now().toISOString().slice(0, 10)
}
