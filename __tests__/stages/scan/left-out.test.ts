import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'

import type { Config } from '../../../src/config/config.ts'
import { createFinding } from '../../../src/findings/index.ts'
import { findChangedSettings, scanPart } from '../../../src/stages/scan/changed-settings.ts'
import { countUnscannable, findEmptyLockFiles } from '../../../src/stages/scan/osv-scanner/read-log.ts'
import { readExemptions } from '../../../src/stages/scan/osv-scanner/find-exemptions.ts'
import { scannerEnvironment } from '../../../src/stages/scan/scanner-environment.ts'
import { findSettings } from '../../../src/stages/scan/schemathesis/find-settings.ts'
import { judgeReport } from '../../../src/stages/scan/schemathesis/judge-report.ts'
import { warnOfSettings } from '../../../src/stages/scan/schemathesis/read-settings.ts'
import { describeCoverage } from '../../../src/stages/scan/semgrep/describe-coverage.ts'
import { findMarked } from '../../../src/stages/scan/semgrep/find-marked.ts'
import { readFixture } from '../../findings/fixtures.ts'
import { Workshop } from '../commands/run-stage.ts'
import { dast, noScanners, sast } from './scan-config.ts'

function listen() {
  const warnings: string[] = []
  const step = {
    signal: new AbortController().signal,
    log: { info: () => undefined, warn: (text: string) => void warnings.push(text), child: () => undefined },
    fact: () => undefined,
    keep: () => undefined,
  }
  return { step, warnings }
}

describe('What semgrep looked at', () => {
  const none = { submodules: [], untracked: [] }

  it('is the number of files alone where nothing was left out', () => {
    const report = { scanned: 2, paths: ['a.js', 'b.js'], skipped: [], readInPart: [] }
    expect(describeCoverage(report, { ...none, tracked: ['a.js', 'b.js'] })).toBe('2 files')
  })

  it('names what was left out by its reason', () => {
    const report = {
      scanned: 2,
      paths: ['a.js', 'b.js'],
      skipped: [
        { path: 'big.js', reason: 'exceeded_size_limit' },
        { path: 'c.js', reason: 'semgrepignore_patterns_match' },
        { path: 'd.js', reason: 'a_new_reason' },
      ],
      readInPart: ['b.js'],
    }
    const tracked = ['a.js', 'b.js', 'big.js', 'c.js', 'd.js', 'README.md']
    const untracked = ['node_modules/', 'dist/', 'x', 'y', 'z']
    expect(describeCoverage(report, { tracked, submodules: ['vendor/lib'], untracked })).toBe(
      "2 files, 1 without a rule for them; left out: 1 too large (big.js), 1 left out by semgrep's own list (c.js), 1 a new reason (d.js), 1 submodule (vendor/lib), 5 not in the commit (node_modules/, dist/, x and 2 more); read in part: 1 (b.js)",
    )
  })

  it('has every tracked file in one of its counts', () => {
    const path = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h')
    fc.assert(
      fc.property(
        fc.uniqueArray(path),
        fc.uniqueArray(path),
        fc.uniqueArray(path),
        (tracked, looked, skipped) => {
          const text = describeCoverage(
            {
              scanned: looked.length,
              paths: looked,
              skipped: skipped.map((each) => ({ path: each, reason: 'binary' })),
              readInPart: [],
            },
            { ...none, tracked },
          )
          const number = (pattern: RegExp) => Number(pattern.exec(text)?.[1] ?? 0)
          const union = new Set([...tracked, ...looked, ...skipped])
          const sum =
            number(/^(\d+) files?/) + number(/, (\d+) without a rule/) + number(/left out: (\d+) binary/)
          expect(sum).toBe(union.size)
        },
      ),
    )
  })
})

describe('A finding', () => {
  let workshop: Workshop | undefined
  afterEach(() => workshop?.dispose())

  /** Whether the finding in that line of a file with these lines is marked. */
  async function isMarked(lines: readonly string[], line: number): Promise<boolean> {
    workshop = await Workshop.open({ 'a.js': lines.join('\n') })
    const draft = { tool: 'semgrep', rule: 'no-eval', severity: 'high', message: 'eval' } as const
    const findings = [
      createFinding({ ...draft, file: 'a.js', line }),
      createFinding({ ...draft, file: 'gone.js' }),
    ]
    const marked = await findMarked(findings, workshop.workspace, workshop.systems)
    return findings.some((each) => marked.has(each))
  }

  it.each([
    ['run(eval(x)) // nosemgrep', true],
    ['run(eval(x)) # NOSEM', true],
    ['run(eval(x)) // nosemgrep: no-eval', true],
    ['run(eval(x)) // nosemgrep:other, rules.no-eval', true],
    ['run(eval(x)) // nosemgrep: another', false],
    ['run(eval(x)) // nothing', false],
    ['run(eval(x)) //nosemgrep', false],
  ])('on the line %j is marked: %s', async (line, expected) => {
    expect(await isMarked(['first', line], 2)).toBe(expected)
  })

  it.each([
    [['  # nosemgrep', 'eval(x)'], 2, true],
    [['other() # nosemgrep', 'eval(x)'], 2, false],
    [['eval(x)'], 1, false],
    [[], 99, false],
  ] as const)(
    'below the lines %j is marked only where the mark stands alone',
    async (lines, line, expected) => {
      expect(await isMarked(lines, line)).toBe(expected)
    },
  )

  it('of thousands in one long line costs no more than the line', async () => {
    workshop = await Workshop.open({ 'a.js': `${'eval(x);'.repeat(250_000)} // nosemgrep` })
    const draft = { tool: 'semgrep', rule: 'no-eval', severity: 'high', message: 'eval' } as const
    const findings = Array.from({ length: 10_000 }, (_, index) =>
      createFinding({ ...draft, file: 'a.js', line: 1, column: index + 1 }),
    )
    expect((await findMarked(findings, workshop.workspace, workshop.systems)).size).toBe(10_000)
  })
})

describe('Exemptions of osv-scanner.toml', () => {
  it('are counted in the forms that TOML has for them', () => {
    const text = `[[IgnoredVulns]]
id = "GHSA-1"
ignoreUntil = 2029-01-01
[[ IgnoredVulns ]]
  id='CVE-2'
[[PackageOverrides]]
name = "lib"
vulnerability.ignore = true
`
    expect(readExemptions(text)).toEqual({ ids: ['GHSA-1', 'CVE-2'], overrides: 1 })
    expect(readExemptions('IgnoredVulns = [{ id = "A" }, {id="B", reason = "x"}]').ids).toEqual(['A', 'B'])
    expect(readExemptions('GoVersionOverride = "1.22"\nvalid = "x"\n')).toEqual({ ids: [], overrides: 0 })
  })
})

describe('A lock file without dependencies', () => {
  const log = `Scanning dir .
Scanned /checkout/shop/package-lock.json file and found 0 packages
Scanned /checkout/shop/web/yarn.lock file and found 12 packages
Scanned /other/package-lock.json file and found 0 packages
No package sources found, --help for usage information.
`
  it('is found in the log of osv-scanner, where it lies in the workspace', () => {
    expect(findEmptyLockFiles(log, '/checkout/shop')).toEqual(['package-lock.json'])
  })

  it('is not one that could not be read', () => {
    expect(
      findEmptyLockFiles(`${log}Error during extraction: (extracting as x) y\n`, '/checkout/shop'),
    ).toEqual([])
  })
})

describe('Packages that no database can be asked for', () => {
  it('are counted by the log of osv-scanner', () => {
    expect(countUnscannable('x\nFiltered 12 local/unscannable package/s from the scan.\n')).toBe(12)
    expect(countUnscannable('Scanned a file and found 3 packages\n')).toBe(0)
  })
})

describe('Settings of schemathesis that can hide findings', () => {
  it('are named with their lines', () => {
    const text = `headers = { Authorization = "Bearer x" }
seed = 1
[generation]
max-examples = 50
mode = "positive"
[checks]
not_a_server_error.enabled = false
status_code_conformance.enabled = true
# enabled = false
[[operations]]
exclude-path-regex = "^/admin"
`
    expect(findSettings(text)).toEqual(['mode (line 5)', 'enabled (line 7)', 'exclude-path-regex (line 11)'])
    expect(findSettings('headers = { A = "b" }\nseed = 1\n')).toEqual([])
  })
})

describe('The settings file of schemathesis', () => {
  let workshop: Workshop | undefined
  afterEach(() => workshop?.dispose())

  it.each([
    ['api/schemathesis.toml', 'schemathesis.toml has 1 setting that can hide findings'],
    ['schemathesis.toml', '../schemathesis.toml has 1 setting that can hide findings'],
    ['web/schemathesis.toml', undefined],
  ])('is found where schemathesis finds it: %s', async (path, expected) => {
    const { step } = listen()
    workshop = await Workshop.open({ 'api/server.js': 'x', [path]: '[checks]\nenabled = false\n' })
    workshop.commit()
    expect(await warnOfSettings(`${workshop.workspace}/api`, workshop.systems, step)).toBe(expected)
  })
})

describe('A report of schemathesis', () => {
  const judge = (name: string, args: readonly string[] = []) => {
    const { step, warnings } = listen()
    const settings = { target: 'openapi.json', args }
    const text = readFixture(`schemathesis-${name}.json`)
    return { ...judgeReport({ text, exitCode: 1, log: ['up'] }, settings, step), warnings }
  }

  it.each(['refused-401', 'refused-404', 'refused-429', 'refused-302'])('%s is a failure', (name) => {
    expect(judge(name).failure).toMatchObject({
      code: 'E_SCAN_NO_EVIDENCE',
      evidence: expect.arrayContaining(['service: up']) as unknown,
    })
  })

  it('of a service that answers with errors of its own is none: the gate has its findings', () => {
    expect(judge('500').failure).toBeUndefined()
  })

  it('shows nothing of what the service accepts where only invalid requests were asked for', () => {
    const settings = { target: 'openapi.json', args: ['--mode', 'negative'] }
    const { step, warnings } = listen()
    const text = readFixture('schemathesis-negative.json')
    expect(judgeReport({ text, exitCode: 0, log: [] }, settings, step).failure).toBeUndefined()
    expect(warnings).toEqual([expect.stringContaining('no valid ones were sent')])
    expect(judgeReport({ text, exitCode: 0, log: [] }, { ...settings, args: [] }, step).failure).toBeDefined()
  })

  it('counts what settings of the tool left out, and what a baseline hides', () => {
    const { step } = listen()
    const report = JSON.parse(readFixture('schemathesis-settings.json')) as Record<string, unknown>
    const text = JSON.stringify({
      ...report,
      operations: { total: 5, selected: 4, tested: 4 },
      baseline: { known: 2 },
    })
    const { evidence } = judgeReport({ text, exitCode: 0, log: [] }, { target: 'o.json', args: [] }, step)
    expect(evidence).toBe(
      '4 of 4 operations of o.json with 124 requests; 1 of 5 left out by settings of schemathesis; 2 failures hidden by its baseline',
    )
  })
})

describe('The environment of a scanner', () => {
  it('lacks variables that change what is found, and says which', () => {
    const { step, warnings } = listen()
    const all = { PATH: '/bin', X_TOKEN: 't', X_BASELINE: 'b', XY: 'kept' }
    const processes = { environment: () => all } as never
    expect(scannerEnvironment({ processes }, step, 'X_', ['X_TOKEN'])).toEqual({
      PATH: '/bin',
      X_TOKEN: 't',
      XY: 'kept',
    })
    expect(warnings).toEqual([expect.stringContaining('X_BASELINE')])
  })
})

describe('A commit', () => {
  let workshop: Workshop | undefined
  afterEach(() => workshop?.dispose())

  const configuration = (scan: string, more = '') =>
    `version: 1\n${scan}\ndeploy:\n  manifests: [k8s/]\n${more}`
  const ignoring = 'scan:\n  sast: { tool: semgrep, config: rules/ }\n  ignore:\n    - { id: no-eval }'

  async function changes(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
    workshop = await Workshop.open({
      'stagegate.yml': configuration('scan:\n  sast: { tool: semgrep, config: rules/ }'),
      'rules/a.yml': 'rules: []',
      'schemathesis.toml': 'seed = 1',
      'src/a.js': 'run()',
    })
    workshop.commit()
    await workshop.write(files)
    workshop.commit()
    const scan = {
      ...noScanners,
      sast: sast({ config: 'rules/' } as object),
      dast: dast(1),
      file: 'stagegate.yml',
    } as Config['scan']
    return findChangedSettings(
      { workspace: workshop.workspace, scan },
      workshop.systems,
      new AbortController().signal,
    )
  }

  it.each([
    [['rules/b.yml'], { 'rules/b.yml': 'rules: []' }],
    [['schemathesis.toml'], { 'schemathesis.toml': 'seed = 2' }],
    [['stagegate.yml'], { 'stagegate.yml': configuration(ignoring) }],
    [[], { 'src/a.js': 'eval()' }],
    [
      [],
      {
        'stagegate.yml': configuration(
          'scan:\n  sast: { tool: semgrep, config: rules/ }',
          '  policy: false\n',
        ),
      },
    ],
  ])('is said to have changed the settings %j', async (expected, files) => {
    expect(await changes(files)).toEqual(expected)
  })

  it('is compared with nothing where its parent is not there', async () => {
    workshop = await Workshop.open({ 'rules/a.yml': 'x' })
    workshop.commit()
    const scan = { ...noScanners, sast: sast({}) }
    const { signal } = new AbortController()
    expect(
      await findChangedSettings({ workspace: workshop.workspace, scan }, workshop.systems, signal),
    ).toEqual([])
  })

  it('has a scan part that ends where the next key begins', () => {
    expect(scanPart('a: 1\nscan:\n  x: 1\n\n# of scan\n  y: 2\ndeploy:\n  z: 3\n')).toBe(
      'scan:\n  x: 1\n\n# of scan\n  y: 2',
    )
    expect(scanPart('a: 1')).toBe('')
  })
})
