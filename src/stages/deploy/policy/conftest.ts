import { basename, join, relative } from 'node:path'
import type { PolicySettings } from '../../../config/config.ts'
import { StagegateError } from '../../../errors/index.ts'
import { MAX_JSON_BYTES, parseConftest, parseJson } from '../../../findings/index.ts'
import type { Manifest } from '../../../systems/kubernetes/manifest-set.ts'
import { findEscapes } from '../../../systems/runner/find-escapes.ts'
import { listItem } from '../../../systems/runner/list-item.ts'
import { runIsolated } from '../../../systems/runner/run-isolated.ts'
import { findScanner, lacksEvidence, type ScannerReport } from '../../scan/scanner.ts'
import type { Systems } from '../../systems.ts'
import { describeSubject } from './describe-subject.ts'
import { hideSecretValues } from './hide-secret-values.ts'

type PolicySystems = Pick<Systems, 'processes' | 'files' | 'http' | 'clock'>

const INSTALL = 'https://www.conftest.dev/install/'
const MOST_FILES = 10_000

/**
 * Asks conftest about each object, one file for each, without the values of Secrets; the files are readable by this user
 * only and gone afterwards. Rules get no answer from the network (`http.send`).
 *
 * @param root of the deployment's files; absolute
 * @param isCheckout whether findings can be shown at the files of the commit
 * @throws StagegateError E_TOOL_MISSING, E_PATH_OUTSIDE, E_SCAN_NO_EVIDENCE, E_REPORT_UNREADABLE
 */
export async function runConftest(
  settings: PolicySettings,
  { root, isCheckout }: { readonly root: string; readonly isCheckout: boolean },
  manifests: readonly Manifest[],
  systems: PolicySystems,
  signal: AbortSignal,
): Promise<ScannerReport> {
  const program = await findScanner(systems, 'conftest', INSTALL)
  for (const path of [...settings.paths, ...settings.data]) await refuseEscapes(root, join(root, path))
  const { files } = systems
  const folder = await files.makeFolder('policy')
  try {
    await Promise.all(
      manifests.map(({ object }, index) =>
        files.write(join(folder, nameOf(index)), JSON.stringify(hideSecretValues(object))),
      ),
    )
    const finished = await runIsolated(systems, {
      argv: conftestArguments(program, settings, root, folder),
      // Not the checkout: a conftest.toml there would set other options.
      cwd: folder,
      signal,
      maxBytes: MAX_JSON_BYTES,
    })
    if (finished.exitCode !== 0)
      throw lacksEvidence('conftest', `ended with exit code ${finished.exitCode}`, { finished })
    const subjects = new Map(
      manifests.map((each, index) => [nameOf(index), describeSubject(each, isCheckout)] as const),
    )
    const report = parseJson(finished.stdout, "conftest's report")
    const { findings, checks } = parseConftest(report, (name) => subjects.get(basename(name)))
    if (checks === 0) {
      throw lacksEvidence('conftest', 'asked no rule', {
        next: 'Check deploy.policy.namespaces: without it, only rules of the package main are asked.',
      })
    }
    return { tool: 'conftest', findings, evidence: `${manifests.length} objects, ${checks} checks` }
  } finally {
    await files.remove(folder)
  }
}

/** `--no-fail`: the exit code says whether conftest worked, the report what it found. */
export function conftestArguments(
  program: string,
  settings: PolicySettings,
  root: string,
  folder: string,
): readonly [string, ...string[]] {
  return [
    program,
    'test',
    ...settings.paths.map((path) => `--policy=${listItem(join(root, path))}`),
    ...settings.data.map((path) => `--data=${listItem(join(root, path))}`),
    ...(settings.namespaces ?? []).map((namespace) => `--namespace=${listItem(namespace)}`),
    `--rego-version=${settings.rego}`,
    '--parser=json',
    '--output=json',
    '--no-color',
    '--no-fail',
    folder,
  ]
}

function nameOf(index: number): string {
  return `${String(index).padStart(5, '0')}.json`
}

async function refuseEscapes(root: string, path: string): Promise<void> {
  const { escapes, tooMany } = await findEscapes(root, path, MOST_FILES)
  if (escapes.length === 0 && !tooMany) return
  throw new StagegateError('E_PATH_OUTSIDE', {
    message: tooMany
      ? `${relative(root, path)} has more than ${MOST_FILES} files; rules are not looked for in so many.`
      : `${escapes.join(', ')} is not there, or leads out of the checkout.`,
    next: 'Correct deploy.policy.',
  })
}
