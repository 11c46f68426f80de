import { readFile } from 'node:fs/promises'

import { afterEach, describe, expect, it } from 'vitest'

import { freePort } from '../../free-port.ts'
import type { Config } from '../../../src/config/config.ts'
import { scan } from '../../../src/stages/scan/scan.ts'
import { keptBy, statusOf, Workshop } from '../commands/run-stage.ts'
import { dast, dependencies, healthApi, itemsApi, noScanners, openApi, sast, server } from './scan-config.ts'
import { javascriptRules, lockFile, scannerEnvironment } from './scanners.ts'

let workshop: Workshop
const sound = {
  'rules/javascript.yml': javascriptRules,
  'src/run.js': 'export const run = (name) => JSON.parse(name)\n',
  'package-lock.json': lockFile('4.17.21'),
  'openapi.json': healthApi,
  'server.mjs': server,
}

afterEach(async () => {
  expect(await workshop.systems.processes.survivors()).toEqual([])
  await workshop.dispose()
})

async function runScan(files: Readonly<Record<string, string>>, config: Partial<Config['scan']>) {
  workshop = await Workshop.open({ ...sound, ...files }, { ...process.env, ...scannerEnvironment() })
  workshop.commit()
  return workshop.run(scan, { scan: { ...noScanners, ...config } })
}

describe('The scan of a service without fault', () => {
  it('passes with evidence from every scanner, and leaves one SARIF', async () => {
    const run = await runScan(
      {},
      { sast: sast(), dependencies: dependencies(), dast: dast(await freePort()) },
    )
    expect(run.error).toBeUndefined()
    const { sarif } = run.output as { sarif: string }
    const log = JSON.parse(await readFile(sarif, 'utf8')) as {
      runs: { tool: { driver: { name: string } } }[]
    }
    expect(log.runs.map(({ tool }) => tool.driver.name)).toEqual(['osv-scanner', 'schemathesis', 'semgrep'])
    const facts = run.steps.flatMap((step) => step.facts).filter(({ name }) => name === 'scanned')
    expect(facts.map(({ value }) => value)).toEqual([
      '2 files, 3 without a rule for them',
      expect.stringMatching(/^1 of 1 operations of openapi.json with \d+ requests$/),
      '1 packages of package-lock.json',
    ])
  })
})

describe('Semgrep', () => {
  const evil = { 'src/run.js': 'export const run = (name) => eval(name)\n' }

  it('stops the run with the line that a rule forbids, and its finding is kept', async () => {
    const run = await runScan(evil, { sast: sast() })
    expect(run.error).toMatchObject({
      code: 'E_SCAN_FINDINGS',
      message: 'semgrep has 1 finding of severity high or above.',
      evidence: ['src/run.js:1:30: high no-eval: eval runs text as code; parse the text instead.'],
    })
    expect(keptBy(run, 'sast', 'findings')).toHaveLength(1)
  })

  it('passes below the threshold, and for a rule that is ignored until a day to come', async () => {
    const low = await runScan(evil, { sast: sast({ failOn: 'critical' }) })
    expect(low.error).toBeUndefined()
    await workshop.dispose()
    const entry = { id: 'no-eval', reason: 'a calculator', expires: '9999-12-31' }
    const ignored = await runScan(evil, { sast: sast(), ignore: [entry] })
    expect(ignored.error).toBeUndefined()
    expect(ignored.log.get('sast')).toContain('Ignored until 9999-12-31 (a calculator)')
  })

  it('passes no scan with an entry of the ignore list that has expired', async () => {
    const entry = { id: 'CVE-2024-0001', reason: 'not reachable', expires: '2024-12-31' }
    const run = await runScan({}, { sast: sast(), ignore: [entry] })
    expect(run.error).toMatchObject({
      code: 'E_SCAN_IGNORE_EXPIRED',
      evidence: ['CVE-2024-0001 expired after 2024-12-31 (not reachable)'],
    })
  })

  it('with rules that cannot be read has failed', async () => {
    const run = await runScan({ 'rules/javascript.yml': 'rules: [{id: x' }, { sast: sast() })
    expect(run.error).toMatchObject({ code: 'E_SCAN_NO_EVIDENCE' })
  })

  it('with one rule that cannot be read beside others, or with none at all, has failed', async () => {
    const beside = await runScan(
      { 'rules/other.yml': 'rules: [{ id: x, languages: [javascript] }]' },
      { sast: sast() },
    )
    expect(beside.error).toMatchObject({ code: 'E_SCAN_NO_EVIDENCE' })
    await workshop.dispose()
    const missing = await runScan({}, { sast: { ...sast(), config: 'nowhere.yml' } as never })
    expect(missing.error).toMatchObject({ code: 'E_SCAN_NO_EVIDENCE' })
  })

  it('that looked at no file has failed', async () => {
    const python = javascriptRules.replace('[javascript]', '[python]')
    const run = await runScan({ 'rules/javascript.yml': python }, { sast: sast() })
    expect(run.error).toMatchObject({ code: 'E_SCAN_NO_EVIDENCE', message: 'semgrep looked at no file.' })
  })
})

describe('Osv-scanner', () => {
  const vulnerable = { 'package-lock.json': lockFile('4.17.20') }

  it('stops the run with the advisory and the version that fixes it', async () => {
    const run = await runScan(vulnerable, { dependencies: dependencies() })
    expect(run.error).toMatchObject({ code: 'E_SCAN_FINDINGS' })
    expect(run.error?.evidence.join('\n')).toMatch(
      /GHSA-35jh-r3h4-6jhm: lodash 4\.17\.20: .*fixed in 4\.17\.21/,
    )
  })

  it('passes an advisory that is ignored by its CVE', async () => {
    const entries = (run: { error: { evidence: readonly string[] } | undefined }) => run.error?.evidence ?? []
    const all = entries(await runScan(vulnerable, { dependencies: dependencies() }))
    await workshop.dispose()
    const entry = { id: 'CVE-2021-23337', reason: 'template is not used', expires: '9999-12-31' }
    const run = await runScan(vulnerable, { dependencies: dependencies(), ignore: [entry] })
    expect(entries(run)).toHaveLength(all.length - 1)
  })

  it('without a lock file has failed', async () => {
    workshop = await Workshop.open({}, { ...process.env, ...scannerEnvironment() })
    workshop.commit()
    const run = await workshop.run(scan, { scan: { ...noScanners, dependencies: dependencies() } })
    expect(run.error).toMatchObject({
      code: 'E_SCAN_NO_EVIDENCE',
      message: 'osv-scanner found no lock file or manifest (exit code 128).',
    })
  })

  it('without a database has failed', async () => {
    workshop = await Workshop.open(sound, {
      ...process.env,
      ...scannerEnvironment(),
      OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY: '/nowhere',
    })
    workshop.commit()
    const run = await workshop.run(scan, { scan: { ...noScanners, dependencies: dependencies() } })
    expect(run.error).toMatchObject({ code: 'E_SCAN_NO_EVIDENCE' })
  })
})

describe('Schemathesis', () => {
  it('stops the run with the operation that answered with an error of the server', async () => {
    const run = await runScan({ 'openapi.json': itemsApi }, { dast: dast(await freePort()) })
    expect(run.error).toMatchObject({ code: 'E_SCAN_FINDINGS' })
    expect(run.error?.evidence).toContain('openapi.json: critical ST101: Server error: GET /items')
  })

  it('of a service that dies under it has failed, with the last words of the service', async () => {
    const port = await freePort()
    const run = await runScan(
      { 'openapi.json': itemsApi },
      { dast: dast(port, { env: { PORT: String(port), MORTAL: 'yes' } }) },
    )
    expect(run.error).toMatchObject({ code: 'E_SCAN_NO_EVIDENCE' })
    expect(run.error?.evidence).toContain('service: the database is gone')
  })

  it('with a description of nothing, or none at all, has failed', async () => {
    const empty = await runScan({ 'openapi.json': openApi({}) }, { dast: dast(await freePort()) })
    expect(empty.error).toMatchObject({ code: 'E_SCAN_NO_EVIDENCE' })
    await workshop.dispose()
    const missing = await runScan({}, { dast: dast(await freePort(), { target: 'docs/openapi.json' }) })
    expect(missing.error).toMatchObject({ code: 'E_SCAN_NO_EVIDENCE' })
    expect(statusOf(missing, 'dast')).toBe('failure')
  })

  it('reads no description outside the workspace', async () => {
    const run = await runScan({}, { dast: dast(await freePort(), { target: '../../etc/passwd' }) })
    expect(run.error).toMatchObject({ code: 'E_PATH_OUTSIDE' })
  })
})
