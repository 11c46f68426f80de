import { describe, expect, it } from 'vitest'

import { parseOsvScanner, parseSchemathesis, parseSemgrep } from '../../src/findings/index.ts'
import { readFixture, WORKSPACE } from './fixtures.ts'

const json = (name: string): unknown => JSON.parse(readFixture(name))

describe("semgrep's report", () => {
  it('has findings with the severity of their rule, and how many files were looked at', () => {
    const { findings, scanned, errors } = parseSemgrep(json('semgrep.json'), WORKSPACE)
    expect(scanned).toBe(2)
    expect(errors).toEqual([])
    expect(findings).toMatchObject([
      { rule: 'no-todo', severity: 'info', file: 'src/run.js', line: 3, column: 4, endLine: 3 },
      { rule: 'exec-with-text', severity: 'critical', file: 'src/run.js', line: 5 },
      { rule: 'no-console', severity: 'medium', file: 'src/run.js', line: 6 },
      { rule: 'no-eval', severity: 'high', file: 'src/run.js', line: 7 },
    ])
  })
})

describe("semgrep's report of what it left out", () => {
  it("has each file with semgrep's own word for why", () => {
    const { skipped, paths, readInPart } = parseSemgrep(json('semgrep-skipped.json'), WORKSPACE)
    expect(skipped).toEqual([
      { path: 'src/big.js', reason: 'exceeded_size_limit' },
      { path: 'src/run.js', reason: 'semgrepignore_patterns_match' },
    ])
    expect(paths).toHaveLength(11)
    expect(readInPart).toEqual([])
  })

  it('tells files that were read in part from those that were left out', () => {
    const report = parseSemgrep(json('semgrep-read-in-part.json'), WORKSPACE)
    expect(report.skipped).toEqual([])
    expect(report.readInPart.toSorted()).toEqual(['src/big.js', 'src/broken.js'])
    expect(report.paths).toEqual(expect.arrayContaining(['src/big.js', 'src/broken.js']))
  })
})

describe("osv-scanner's report", () => {
  it('has one finding for each group of ids, at the lock file, with what fixes it', () => {
    const { findings, packages, sources } = parseOsvScanner(json('osv-scanner.json'), WORKSPACE)
    expect(packages).toBe(2)
    expect(sources).toEqual(['package-lock.json'])
    expect(findings).toMatchObject([
      {
        rule: 'GHSA-35jh-r3h4-6jhm',
        aliases: ['CVE-2021-23337'],
        severity: 'high',
        file: 'package-lock.json',
        message: 'lodash 4.17.20: Command Injection in lodash (fixed in 4.17.21)',
        url: 'https://osv.dev/GHSA-35jh-r3h4-6jhm',
      },
    ])
  })

  it('leaves out sources that do not count, and says which', () => {
    const report = parseOsvScanner(json('osv-scanner.json'), WORKSPACE, () => false)
    expect(report).toEqual({ findings: [], packages: 0, sources: [], leftOut: ['package-lock.json'] })
  })

  const report = (id: string, maxSeverity: string, word?: string) => ({
    results: [
      {
        source: { path: `${WORKSPACE}/go.mod` },
        packages: [
          {
            package: { name: 'p', version: '1' },
            groups: [{ ids: [id], max_severity: maxSeverity }],
            vulnerabilities: [{ id, database_specific: { severity: word } }],
          },
        ],
      },
    ],
  })
  it.each([
    ['GO-1', '9.8', undefined, 'critical'],
    ['GO-1', '3.1', undefined, 'low'],
    ['GO-1', '', 'MODERATE', 'medium'],
    ['GO-1', '', undefined, 'high'],
    ['GO-1', '99', undefined, 'high'],
    ['MAL-2024-1', '', undefined, 'critical'],
  ])('takes %s with score %j and word %s as %s', (id, score, word, severity) => {
    expect(parseOsvScanner(report(id, score, word), WORKSPACE).findings).toMatchObject([{ severity }])
  })
})

describe("schemathesis' report", () => {
  const parse = (name: string) => parseSchemathesis(json(`schemathesis-${name}.json`), 'openapi.json')

  it('has one finding for each kind of failure and operation', () => {
    const { findings, complete, tested, errors } = parse('failures')
    expect({ complete, tested, errors }).toEqual({ complete: true, tested: 3, errors: [] })
    expect(findings.map(({ rule, severity, message }) => [rule, severity, message])).toEqual([
      ['ST101', 'critical', 'Server error: GET /items'],
      ['ST101', 'critical', 'Server error: POST /items'],
      ['ST201', 'medium', 'Schema-violating request accepted: GET /items'],
      ['ST103', 'medium', 'Undocumented status code: GET /items'],
      ['ST103', 'medium', 'Undocumented status code: POST /items'],
      ['ST204', 'medium', 'Wrong response to undeclared method: TRACE /healthz'],
    ])
  })

  it('of a service without fault has no finding, but says what was asked', () => {
    const { findings, complete, tested, selected, requests } = parse('passed')
    expect(findings).toEqual([])
    expect({ complete, tested, selected }).toEqual({ complete: true, tested: 1, selected: 1 })
    expect(requests).toBeGreaterThan(0)
  })

  it('tells a service that cannot be reached, or died, from one without fault', () => {
    expect(parse('down')).toMatchObject({ tested: 0, errors: ['Network Error (3)'] })
    expect(parse('crash').errors).toEqual(['Network Error (1)', 'Server Unavailable (1)'])
  })

  it('tells a description without operations, or that cannot be read, from one without fault', () => {
    expect(parse('none')).toMatchObject({ tested: 0, selected: 0, findings: [] })
    expect(parse('bad')).toMatchObject({ complete: false, errors: ['Schema Loading Error (1)'] })
  })
})

describe("schemathesis' report of a service that refuses", () => {
  const parse = (name: string) => parseSchemathesis(json(`schemathesis-${name}.json`), 'openapi.json')

  it.each([
    ['refused-401', [{ operation: 'GET /items', answer: '401 or 403' }]],
    ['refused-404', [{ operation: 'GET /items', answer: '404' }]],
    ['refused-429', [{ operation: 'GET /items', answer: '429' }]],
    ['refused-302', []],
  ])('%s reaches nothing', (name, refused) => {
    expect(parse(name)).toMatchObject({ reached: [], refused, tested: 1, sentValid: true })
  })

  it('is another than one of a service that fails', () => {
    expect(parse('500')).toMatchObject({ reached: ['TRACE /items'], refused: [] })
  })

  it('has what was reached, and what settings left out', () => {
    expect(parse('passed').reached).toHaveLength(1)
    expect(parse('settings')).toMatchObject({
      reached: ['GET /items0', 'GET /items2', 'GET /items3', 'GET /items4'],
      refused: [],
      total: 5,
      selected: 4,
    })
  })

  it('counts an operation that was nearly always told to come later as refused, though it accepted something', () => {
    const rate = { coverage: { accepted: 3, rejected: 0 } }
    const report = { valid_rates: { 'GET /a': rate }, warnings: { rate_limited: ['GET /a'] } }
    expect(parseSchemathesis(report, 'o')).toMatchObject({
      reached: [],
      refused: [{ operation: 'GET /a', answer: '429' }],
    })
  })
})

describe('a report of any scanner', () => {
  it.each([null, 1, 'x', [], {}, { results: 1 }, { results: [null, 1, { packages: [{ groups: [1] }] }] }])(
    'that is %j shows no evidence',
    (report) => {
      expect(parseSemgrep(report, WORKSPACE).scanned).toBe(0)
      expect(parseSchemathesis(report, 'o')).toMatchObject({ complete: false, tested: 0 })
      expect(() => parseOsvScanner(report, WORKSPACE)).not.toThrow()
    },
  )
})
