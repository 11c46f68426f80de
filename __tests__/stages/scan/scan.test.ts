import { afterEach, describe, expect, it } from 'vitest'

import type { Config } from '../../../src/config/config.ts'
import { scan } from '../../../src/stages/scan/scan.ts'
import { factOf, statusOf, Workshop } from '../commands/run-stage.ts'
import { dependencies, noScanners, sast } from './scan-config.ts'

let workshop: Workshop | undefined

afterEach(async () => {
  await workshop?.dispose()
  workshop = undefined
})

/** Runs semgrep's step with a program in its place that misbehaves; `$report` is where its report belongs. */
async function runWith(script: string) {
  const program = `#!/bin/bash\nfor argument; do [[ $argument == --json-output=* ]] && report=\${argument#*=}; done\n${script}\n`
  workshop = await Workshop.open({ 'bin/semgrep': program })
  workshop.commit()
  return workshop.run(scan, { scan: { ...noScanners, sast: sast() } })
}

describe('A scanner', () => {
  it.each([
    [
      'ends with another exit code than the one for a scan',
      'echo no rules >&2; exit 7',
      'ended with exit code 7',
    ],
    ['writes no report', 'true', 'wrote no report'],
    [
      'looked at no file',
      'echo \'{"results": [], "paths": {"scanned": []}}\' > $report',
      'looked at no file',
    ],
    ['writes a report of another kind', 'echo "[1, 2]" > $report', 'looked at no file'],
  ])('that %s has failed', async (_, script, why) => {
    const run = await runWith(script)
    expect(run.error).toMatchObject({ code: 'E_SCAN_NO_EVIDENCE', message: `semgrep ${why}.` })
  })

  it('that writes half a report has failed', async () => {
    expect((await runWith('echo \'{"results": [\' > $report')).error).toMatchObject({
      code: 'E_REPORT_UNREADABLE',
    })
  })

  it('that is not installed is named, with how to install it', async () => {
    workshop = await Workshop.open({}, { PATH: '/nowhere' })
    const run = await workshop.run(scan, { scan: { ...noScanners, dependencies: dependencies() } })
    expect(run.error).toMatchObject({
      code: 'E_TOOL_MISSING',
      message: 'osv-scanner is not on the PATH.',
      next: expect.stringContaining('go install') as unknown,
    })
  })

  it('says that the commit changed its rules, in the log and beside its result', async () => {
    workshop = await Workshop.open({
      'bin/semgrep': `#!/bin/bash
for argument; do [[ $argument == --json-output=* ]] && report=\${argument#*=}; done
echo '{"results": [], "paths": {"scanned": ["a.js"]}}' > $report
`,
      'rules/a.yml': 'rules: []',
    })
    workshop.commit()
    await workshop.write({ 'rules/a.yml': 'rules: [] # fewer' })
    workshop.commit()
    const run = await workshop.run(scan, { scan: { ...noScanners, sast: sast() } })
    expect(run.error).toBeUndefined()
    expect(run.warnings).toEqual(['This commit changed the settings of the scan: rules/a.yml.'])
    expect(factOf(run, 'sast', 'changed by this commit')).toBe('rules/a.yml')
  })

  it('that is too old to leave nothing out is named as such', async () => {
    const run = await runWith('echo "Error: No such option: --x-ignore-semgrepignore-files" >&2; exit 2')
    expect(run.error).toMatchObject({
      code: 'E_SCAN_NO_EVIDENCE',
      next: expect.stringContaining('Install a newer semgrep') as unknown,
    })
  })

  it('that cannot be told to pass over a folder scans it, and what is found there does not count', async () => {
    const source = (path: string) => ({
      source: { path: `WORKSPACE/${path}` },
      packages: [{ package: { name: 'lodash', version: '4.17.20' }, groups: [{ ids: ['GHSA-1'] }] }],
    })
    const report = JSON.stringify({ results: [source('out/package-lock.json'), source('package-lock.json')] })
    workshop = await Workshop.open({
      'bin/osv-scanner': `#!/bin/bash
for argument; do
  case $argument in
    --experimental-exclude=*) echo 'flag provided but not defined: -experimental-exclude' >&2; exit 127 ;;
    --output-file=*) report=\${argument#*=} ;;
  esac
done
sed "s|WORKSPACE|$PWD|g" report.json > "$report"
exit 1
`,
      'report.json': report,
      'out/package-lock.json': '{}',
    })
    workshop.commit('out')
    const run = await workshop.run(scan, { scan: { ...noScanners, dependencies: dependencies() } })
    expect(run.error).toMatchObject({
      code: 'E_SCAN_FINDINGS',
      message: 'osv-scanner has 1 finding of severity high or above.',
    })
    expect(factOf(run, 'dependencies', 'scanned')).toBe(
      '1 packages of package-lock.json; left out: 1 folder not in the commit (out/)',
    )
  })

  it('that fails does not keep the others from scanning', async () => {
    workshop = await Workshop.open({
      'bin/semgrep': '#!/bin/bash\nexit 2\n',
      'bin/osv-scanner': '#!/bin/bash\nsleep 0.2; exit 128\n',
    })
    workshop.commit()
    const run = await workshop.run(scan, {
      scan: { ...noScanners, sast: sast(), dependencies: dependencies() },
    })
    expect([statusOf(run, 'sast'), statusOf(run, 'dependencies')]).toEqual(['failure', 'failure'])
    expect(run.error).toMatchObject({ message: 'semgrep ended with exit code 2.' })
  })
})

describe('The plan of the scan', () => {
  it('names each scanner with its target, and the kinds that none is configured for', () => {
    const decision = scan.plan({ scan: { ...noScanners, sast: sast() } } as Config)
    expect(decision).toMatchObject({
      run: true,
      summary: 'sast',
      steps: [
        { id: 'sast', run: true, summary: 'semgrep with rules' },
        { id: 'dast', run: false, reason: 'nothing found' },
        { id: 'dependencies', run: false },
        { id: 'secrets', run: false },
        { id: 'config', run: false },
      ],
    })
  })

  it('without a scanner has nothing to run', () => {
    expect(scan.plan({ scan: noScanners } as Config).run).toBe(false)
  })
})
