import { afterEach, describe, expect, it } from 'vitest'

import type { Config } from '../../../src/config/config.ts'
import { scan } from '../../../src/stages/scan/scan.ts'
import { freePort } from '../../free-port.ts'
import { factOf, Workshop } from '../commands/run-stage.ts'
import { dast, dependencies, noScanners, openApi, sast, server } from './scan-config.ts'
import { javascriptRules, lockFile, scannerEnvironment } from './scanners.ts'

let workshop: Workshop

afterEach(async () => {
  expect(await workshop.systems.processes.survivors()).toEqual([])
  await workshop.dispose()
})

async function open(files: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) {
  workshop = await Workshop.open(files, { ...process.env, ...scannerEnvironment(), ...env })
}

const runScan = (config: Partial<Config['scan']>) =>
  workshop.run(scan, { scan: { ...noScanners, ...config } })

describe('Semgrep looks at every file of the commit', () => {
  it('whatever ignore files, default lists, sizes, comments and variables say, and counts what is left out', async () => {
    const evil = 'run(eval(name))\n'
    await open(
      {
        'rules/javascript.yml': javascriptRules,
        '.semgrepignore': 'src/\n',
        '.gitignore': 'generated/\nnode_modules/\nsrc/dist/\n',
        'src/a.js': evil,
        'src/big.js': `/* ${'padding '.repeat(130_000)}*/\n${evil}`,
        'src/lib.min.js': evil,
        'src/broken.js': `function ( {\n${evil}`,
        'src/marked.js': 'run(eval(name)) // nosemgrep\nrun(eval(other)) // nosem: another-rule\n',
        'src/above.js': '// nosemgrep: no-eval\nrun(eval(name))\n',
        'tests/a.js': evil,
        'test/a.js': evil,
        'vendor/a.js': evil,
        'dist/a.js': evil,
        'build/a.js': evil,
        'generated/tracked.js': evil,
        'src/untracked.js': evil,
        'node_modules/lib/a.js': evil,
        'out/a.js': evil,
      },
      { SEMGREP_BASELINE_COMMIT: 'HEAD', SEMGREP_RULES: 'p/ci' },
    )
    workshop.commit('src/untracked.js', 'node_modules', 'out')
    const run = await runScan({ sast: sast() })
    expect(run.error).toMatchObject({ code: 'E_SCAN_FINDINGS' })
    const files = run.error?.evidence.map((line) => line.replace(/:.*/, '')).toSorted()
    expect(files).toEqual([
      'build/a.js',
      'dist/a.js',
      'generated/tracked.js',
      'src/a.js',
      'src/above.js',
      'src/big.js',
      'src/lib.min.js',
      'src/marked.js',
      'src/marked.js',
      'test/a.js',
      'tests/a.js',
      'vendor/a.js',
    ])
    const marked = run.error?.evidence.filter((line) => line.includes('(marked nosemgrep in the code'))
    expect(marked?.map((line) => line.split(':').slice(0, 2).join(':')).toSorted()).toEqual([
      'src/above.js:2',
      'src/marked.js:1',
    ])
    expect(factOf(run, 'sast', 'scanned')).toBe(
      '12 files, 3 without a rule for them; left out: 3 not in the commit (node_modules/, out/, src/untracked.js); read in part: 1 (src/broken.js); 2 findings are marked nosemgrep and count',
    )
    expect(run.log.get('sast')).toContain(
      "can change what is found: SEMGREP_BASELINE_COMMIT, SEMGREP_RULES of the runner's environment",
    )
  })

  it('also where the service is in a folder of the repository', async () => {
    await open({
      'api/rules/javascript.yml': javascriptRules,
      'api/tests/a.js': 'eval(name)\n',
      '.semgrepignore': 'api/\n',
      'api/node_modules/a.js': 'eval(name)\n',
    })
    workshop.commit('api/node_modules')
    const run = await workshop.run(scan, {
      workspace: `${workshop.workspace}/api`,
      scan: { ...noScanners, sast: sast() },
    })
    expect(run.error?.evidence).toEqual([expect.stringMatching(/^tests\/a\.js:1:1: high no-eval/)])
    expect(factOf(run, 'sast', 'scanned')).toBe(
      '1 file, 1 without a rule for them; left out: 1 not in the commit (node_modules/)',
    )
  })
})

describe('Osv-scanner looks at every lock file of the commit', () => {
  const vulnerable = lockFile('4.17.20')

  it('that .gitignore matches, and not at folders that are not in the commit', async () => {
    await open({
      '.gitignore': 'api/package-lock.json\nnode_modules/\n',
      'package-lock.json': lockFile('4.17.21'),
      'api/package-lock.json': vulnerable,
      'node_modules/lib/package-lock.json': vulnerable,
      'out:put/package-lock.json': vulnerable,
    })
    workshop.commit('node_modules', 'out:put')
    const run = await runScan({ dependencies: dependencies() })
    expect(run.error).toMatchObject({
      code: 'E_SCAN_FINDINGS',
      evidence: [expect.stringMatching(/^api\/package-lock\.json: high GHSA-35jh-r3h4-6jhm/)],
    })
    expect(factOf(run, 'dependencies', 'scanned')).toBe(
      '2 packages of api/package-lock.json, package-lock.json; left out: 2 folders not in the commit (node_modules/, out:put/)',
    )
  })

  it('and takes no exemption from osv-scanner.toml, in whatever folder, but says which there are', async () => {
    const exempt = '[[IgnoredVulns]]\nid = "GHSA-35jh-r3h4-6jhm"\nreason = "none"\n'
    await open({
      'package-lock.json': vulnerable,
      'osv-scanner.toml': exempt,
      'web/package-lock.json': vulnerable,
      'web/osv-scanner.toml': '[[PackageOverrides]]\necosystem = "npm"\nvulnerability.ignore = true\n',
    })
    workshop.commit()
    const run = await runScan({ dependencies: dependencies() })
    expect(run.error?.evidence).toEqual([
      expect.stringMatching(/^package-lock\.json: .* \(exempt in osv-scanner\.toml, which does not count/),
      expect.stringMatching(/^web\/package-lock\.json: /),
    ])
    expect(factOf(run, 'dependencies', 'scanned')).toContain(
      '; 2 exemptions of osv-scanner.toml, web/osv-scanner.toml not taken',
    )
    expect(run.log.get('dependencies')).toContain(
      'warning: The gate does not take exemptions from osv-scanner.toml: 1 ignored vulnerability (GHSA-35jh-r3h4-6jhm).',
    )
    expect(run.log.get('dependencies')).toContain('web/osv-scanner.toml: 1 package override.')
  })

  it('and passes one without dependencies', async () => {
    await open({
      'package-lock.json': JSON.stringify({
        name: 'shop',
        lockfileVersion: 3,
        packages: { '': { name: 'shop' } },
      }),
    })
    workshop.commit()
    const run = await runScan({ dependencies: dependencies() })
    expect(run.error).toBeUndefined()
    expect(factOf(run, 'dependencies', 'scanned')).toBe('1 lock file, no dependencies (package-lock.json)')
  })

  it('but one that cannot be read is a failure, beside others too', async () => {
    await open({ 'package-lock.json': lockFile('4.17.21'), 'Pipfile.lock': '{{{' })
    workshop.commit()
    const run = await runScan({ dependencies: dependencies() })
    expect(run.error).toMatchObject({
      code: 'E_SCAN_NO_EVIDENCE',
      message: 'osv-scanner could not finish the scan (exit code 127).',
    })
  })

  it('and reads one that is in no folder of the commit for nothing', async () => {
    await open({ 'README.md': 'x', 'out/package-lock.json': vulnerable })
    workshop.commit('out')
    const run = await runScan({ dependencies: dependencies() })
    expect(run.error).toMatchObject({ code: 'E_SCAN_NO_EVIDENCE' })
  })
})

describe('A scan of a service that refuses it', () => {
  const answers = `import { createServer } from 'node:http'
createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost')
  if (pathname === '/healthz') return response.writeHead(200).end()
  if (process.env.ANSWER === '302') return response.writeHead(302, { location: 'https://login.example.com/' }).end()
  response.writeHead(Number(process.env.ANSWER)).end()
}).listen(Number(process.env.PORT), '127.0.0.1')
`
  const get = (path: string) => ({
    [path]: {
      get: {
        parameters: [{ name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1 } }],
        responses: { 200: { description: 'a' }, 400: { description: 'b' }, 401: { description: 'c' } },
      },
    },
  })

  async function runWith(answer: string, paths: object, files: Readonly<Record<string, string>> = {}) {
    const port = await freePort()
    await open({ 'server.mjs': answers, 'openapi.json': openApi(paths), ...files })
    workshop.commit()
    return runScan({ dast: dast(port, { env: { PORT: String(port), ANSWER: answer } }) })
  }

  const unknown =
    '1 operation: no success; the report does not say which answers (a redirect, or warnings that are switched off)'

  it.each([
    ['401', 'GET /items: 401 or 403'],
    ['403', 'GET /items: 401 or 403'],
    ['404', 'GET /items: 404'],
    ['302', unknown],
    ['429', 'GET /items: 429'],
    ['400', 'GET /items: another 4xx'],
    ['401', unknown, 'warnings = false\n'],
  ])('with %s everywhere has failed: %s', async (answer, line, settings = '') => {
    const run = await runWith(answer, get('/items'), { 'schemathesis.toml': settings })
    expect(run.error).toMatchObject({
      code: 'E_SCAN_NO_EVIDENCE',
      message: 'schemathesis was refused everywhere: none of the 1 operations accepted a request.',
    })
    expect(run.error?.evidence[0]).toBe(line)
  })

  it('for some operations names them in a warning, and settings that hide something too', async () => {
    const settings =
      '[checks]\nunsupported_method.enabled = false\n[[operations]]\ninclude-path = "/hidden"\nenabled = false\n'
    const run = await runWith(
      '401',
      {
        ...get('/items'),
        ...get('/hidden'),
        '/healthz': { get: { responses: { 200: { description: 'up' } } } },
      },
      { 'schemathesis.toml': settings },
    )
    expect(run.error).toBeUndefined()
    expect(factOf(run, 'dast', 'scanned')).toMatch(
      /^2 of 2 operations of openapi\.json with \d+ requests; 1 of 3 left out by settings of schemathesis; 1 accepted no request; schemathesis\.toml has 3 settings that can hide findings$/,
    )
    expect(run.log.get('dast')).toContain(
      'warning: 1 of 2 operations accepted no request, so little of them was scanned: GET /items: 401 or 403',
    )
    expect(run.log.get('dast')).toContain(
      'warning: schemathesis.toml has settings that can hide findings: enabled (line 2), include-path (line 4), enabled (line 5).',
    )
  })

  it('is not one where the service lets it in', async () => {
    const port = await freePort()
    await open({
      'server.mjs': server,
      'openapi.json': openApi({ '/healthz': { get: { responses: { 200: { description: 'up' } } } } }),
    })
    workshop.commit()
    const run = await runScan({ dast: dast(port) })
    expect(run.error).toBeUndefined()
    expect(run.log.get('dast')).not.toContain('warning:')
  })
})
