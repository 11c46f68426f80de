import { afterEach, describe, expect, it } from 'vitest'

import type { Config } from '../../../src/config/config.ts'
import { scan } from '../../../src/stages/scan/scan.ts'
import { statusOf, Workshop } from '../commands/run-stage.ts'
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
