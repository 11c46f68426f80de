import { describe, expect, it } from 'vitest'

import { osvScannerArguments } from '../../../src/stages/scan/osv-scanner/osv-scanner.ts'
import { schemathesisArguments } from '../../../src/stages/scan/schemathesis/schemathesis.ts'
import { semgrepArguments } from '../../../src/stages/scan/semgrep/semgrep.ts'

const paths = { report: '/tmp/r.json', config: '/tmp/empty.toml', isOffline: false, excluded: [] }

describe('The arguments of a scanner', () => {
  it('for semgrep send nothing anywhere, and cannot be added to by the configuration', () => {
    expect(semgrepArguments('/bin/semgrep', '--metrics=on', '/tmp/r.json')).toEqual([
      '/bin/semgrep',
      'scan',
      '--config=--metrics=on',
      '--json-output=/tmp/r.json',
      '--metrics=off',
      '--disable-version-check',
      '--no-rewrite-rule-ids',
      '--x-ignore-semgrepignore-files',
      '--disable-nosem',
      '--max-target-bytes=0',
      '--timeout=30',
      '--verbose',
      '.',
    ])
  })

  it('for osv-scanner are offline where there is a database', () => {
    expect(osvScannerArguments('/bin/osv-scanner', { ...paths, isOffline: true })).toContain('--offline')
    expect(osvScannerArguments('/bin/osv-scanner', paths)).not.toContain('--offline')
  })

  it('for osv-scanner take neither its settings nor .gitignore, and pass over the folders that are named', () => {
    const argv = osvScannerArguments('/bin/osv-scanner', {
      ...paths,
      excluded: ['/checkout/a', '/checkout/g:b'],
    })
    expect(argv).toContain('--no-ignore')
    expect(argv).toContain('--config=/tmp/empty.toml')
    expect(argv.filter((each) => each.startsWith('--experimental-exclude'))).toEqual([
      '--experimental-exclude=:/checkout/a',
      '--experimental-exclude=:/checkout/g:b',
    ])
  })

  it("for schemathesis name only the service's origin, after the user's own arguments", () => {
    const argv = schemathesisArguments(
      '/bin/schemathesis',
      {
        args: ['--max-examples=5', '--origin=https://example.com'],
        target: '-o.yaml',
        waitFor: 'http://127.0.0.1:8080/healthz?x=1',
      },
      '/tmp/r.json',
    )
    expect(argv.findLast((each) => each.startsWith('--origin='))).toBe('--origin=http://127.0.0.1:8080')
    expect(argv.slice(-2)).toEqual(['--', '-o.yaml'])
    expect(argv).toContain('--max-redirects=0')
  })
})
