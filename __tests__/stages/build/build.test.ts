import { afterEach, describe, expect, it } from 'vitest'

import type { Config } from '../../../src/config/config.ts'
import { build } from '../../../src/stages/build/build.ts'
import { keptBy, off, statusOf, Workshop } from '../commands/run-stage.ts'

let workshop: Workshop
const none = off('nothing found')
const nothing: Config['build'] = { prepare: none, compile: none, lint: none, analyze: none }

afterEach(async () => {
  await workshop.dispose()
})

describe('The build', () => {
  it('runs prepare first, then compile, lint and analyze', async () => {
    workshop = await Workshop.open({})
    const after = (name: string) => workshop.command(`test -f prepared && touch ${name}`)
    const run = await workshop.run(build, {
      build: {
        prepare: workshop.command('sleep 0.2; touch prepared'),
        compile: after('compiled'),
        lint: after('linted'),
        analyze: after('analyzed'),
      },
    })
    expect(run.error).toBeUndefined()
    expect(await workshop.systems.files.find(workshop.workspace, ['*ed'])).toHaveLength(4)
  })

  it('stops after a prepare that failed', async () => {
    workshop = await Workshop.open({})
    const run = await workshop.run(build, {
      build: { ...nothing, prepare: workshop.command('exit 3'), compile: workshop.command('touch compiled') },
    })
    expect(run.error).toMatchObject({ code: 'E_COMMAND_FAILED', message: '`exit 3` ended with exit code 3.' })
    expect(statusOf(run, 'compile')).toBe('skipped')
    expect(await workshop.systems.files.exists(`${workshop.workspace}/compiled`)).toBe(false)
  })

  it('lets lint and analyze end when compile fails, and fails with compile', async () => {
    workshop = await Workshop.open({})
    const run = await workshop.run(build, {
      build: {
        ...nothing,
        compile: workshop.command('echo broken >&2; exit 1'),
        lint: workshop.command('sleep 0.3; touch linted'),
        analyze: workshop.command('sleep 0.1; exit 7'),
      },
    })
    expect(run.error).toMatchObject({ code: 'E_COMMAND_FAILED', evidence: ['broken'] })
    expect(['compile', 'lint', 'analyze'].map((step) => statusOf(run, step))).toEqual([
      'failure',
      'success',
      'failure',
    ])
    expect(await workshop.systems.files.exists(`${workshop.workspace}/linted`)).toBe(true)
  })

  it('reads what the real compiler says into findings and evidence', async () => {
    workshop = await Workshop.open({
      'src/price.ts': "export const price: number = 'free'\n",
      'tsconfig.json':
        '{"compilerOptions": {"strict": true, "noEmit": true, "types": []}, "include": ["src"]}',
    })
    const run = await workshop.run(build, { build: { ...nothing, compile: workshop.command('tsc -p .') } })
    expect(run.error).toMatchObject({
      code: 'E_COMMAND_FAILED',
      message: '`tsc -p .` ended with exit code 2.',
      evidence: ["src/price.ts(1,14): error TS2322: Type 'string' is not assignable to type 'number'."],
    })
    expect(keptBy(run, 'compile', 'findings')).toMatchObject([
      { tool: 'tsc', rule: 'TS2322', file: 'src/price.ts', line: 1, column: 14 },
    ])
    expect(run.log.get('compile')).toContain('error TS2322')
  })

  it("reads ESLint's real report, and passes when ESLint does", async () => {
    workshop = await Workshop.open({
      'src/a.js': 'const unused = 1\n',
      'eslint.config.js': "export default [{ files: ['src/*.js'], rules: { 'no-unused-vars': 'warn' } }]\n",
      'package.json': '{"type": "module"}',
    })
    const lint = workshop.command('eslint -f json -o reports/eslint.json src', {
      reports: ['reports/*.json'],
    })
    const run = await workshop.run(build, { build: { ...nothing, lint } })
    expect(run.error).toBeUndefined()
    expect(run.output).toMatchObject({
      findings: [{ tool: 'eslint', rule: 'no-unused-vars', severity: 'medium', file: 'src/a.js', line: 1 }],
    })
  })

  it("shows ESLint's errors as evidence, though ESLint wrote them to a file", async () => {
    workshop = await Workshop.open({
      'src/a.js': 'debugger\n',
      'eslint.config.js': "export default [{ files: ['src/*.js'], rules: { 'no-debugger': 'error' } }]\n",
      'package.json': '{"type": "module"}',
    })
    const lint = workshop.command('eslint -f json -o eslint.json src', { reports: ['eslint.json'] })
    const run = await workshop.run(build, { build: { ...nothing, lint } })
    expect(run.error).toMatchObject({
      code: 'E_COMMAND_FAILED',
      evidence: ["src/a.js:1:1: high no-debugger: Unexpected 'debugger' statement."],
    })
  })

  it('fails when a command leaves no report where one was promised', async () => {
    workshop = await Workshop.open({})
    const lint = workshop.command('true', { reports: ['reports/*.json'] })
    const run = await workshop.run(build, { build: { ...nothing, lint } })
    expect(run.error).toMatchObject({ code: 'E_REPORT_MISSING' })
  })

  it('fails when the report of findings is one that is committed, and the linter did not write it', async () => {
    workshop = await Workshop.open({ 'reports/eslint.json': '[{"filePath": "a.js", "messages": []}]' })
    const lint = workshop.command('true', { reports: ['reports/*.json'] })
    const run = await workshop.run(build, { build: { ...nothing, lint } })
    expect(run.error).toMatchObject({ code: 'E_REPORT_MISSING', evidence: ['reports/eslint.json'] })
  })

  it('fails when the linter says that it could not look at a file, though its exit code is 0, and shows what it found', async () => {
    workshop = await Workshop.open({
      'src/a.js': 'const = 1\n',
      'src/b.js': 'debugger\n',
      'eslint.config.js': "export default [{ files: ['src/*.js'], rules: { 'no-debugger': 'warn' } }]\n",
      'package.json': '{"type": "module"}',
    })
    const lint = workshop.command('eslint -f json -o eslint.json src || true', { reports: ['eslint.json'] })
    const run = await workshop.run(build, { build: { ...nothing, lint } })
    expect(run.error).toMatchObject({
      code: 'E_REPORT_UNREADABLE',
      message: expect.stringMatching(/ESLint could not look at .*src\/a\.js: Parsing error/) as unknown,
    })
    expect(keptBy(run, 'lint', 'findings')).toMatchObject([{ rule: 'fatal' }, { rule: 'no-debugger' }])
  })

  it('says how many findings it left out, and keeps the worst', async () => {
    const messages = (count: number, severity: number) =>
      Array.from({ length: count }, () => ({ severity, line: 1 }))
    const report = JSON.stringify([
      { filePath: 'a.js', messages: [...messages(10_049, 1), ...messages(1, 2)] },
    ])
    workshop = await Workshop.open({ 'made.json': report })
    const lint = workshop.command('cp made.json report.json', { reports: ['report.json'] })
    const run = await workshop.run(build, { build: { ...nothing, lint } })
    expect(run.error).toBeUndefined()
    expect(run.steps.find(({ id }) => id === 'lint')?.facts).toEqual([
      { name: 'findings', value: '10000; report.json: of 10050 findings the worst 10000 are kept' },
    ])
    expect(keptBy(run, 'lint', 'findings')).toMatchObject({ 0: { severity: 'high' }, length: 10_000 })
  })

  it('fails when a report cannot be read, though the command passed', async () => {
    workshop = await Workshop.open({})
    const lint = workshop.command('echo nonsense > report.json', { reports: ['report.json'] })
    const run = await workshop.run(build, { build: { ...nothing, lint } })
    expect(run.error).toMatchObject({ code: 'E_REPORT_UNREADABLE' })
  })

  it.each([
    ['a command in the middle of a text', 'false\ntrue'],
    ['a command before a pipe', 'false | cat'],
    ['the first of several commands', ['false', 'touch second']],
  ])('fails with %s', async (_, run) => {
    workshop = await Workshop.open({})
    const result = await workshop.run(build, { build: { ...nothing, compile: workshop.command(run) } })
    expect(result.error).toMatchObject({ code: 'E_COMMAND_FAILED' })
    expect(await workshop.systems.files.exists(`${workshop.workspace}/second`)).toBe(false)
  })

  it('says which command was not found, and that a signal ended one', async () => {
    workshop = await Workshop.open({})
    const missing = await workshop.run(build, {
      build: { ...nothing, compile: workshop.command('no-such-compiler --all') },
    })
    expect(missing.error).toMatchObject({ next: expect.stringContaining('not found') as unknown })
    const killed = await workshop.run(build, {
      build: { ...nothing, compile: workshop.command('kill -9 $$') },
    })
    expect(killed.error?.message).toBe('`kill -9 $$` was ended by signal 9 (exit code 137).')
  })

  it('keeps credentials from the commands', async () => {
    const env = {
      ...process.env,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'canary',
      GITHUB_TOKEN: 'canary',
      VAULT_TOKEN: 'canary',
    }
    workshop = await Workshop.open({}, env)
    const compile = workshop.command('env; echo "API is $API"', { env: { API: 'ours' } })
    const run = await workshop.run(build, { build: { ...nothing, compile } })
    expect(run.log.get('compile')).not.toContain('canary')
    expect(run.log.get('compile')).toContain('API is ours')
  })

  it('ends a command that takes too long, with all that it started', async () => {
    workshop = await Workshop.open({})
    const compile = { ...workshop.command('sleep 300 & sleep 300'), timeoutMs: 300 }
    const run = await workshop.run(build, { build: { ...nothing, compile } })
    expect(run.error).toMatchObject({ code: 'E_STEP_TIMEOUT' })
    expect(await workshop.systems.processes.survivors()).toEqual([])
  })

  it('is not applicable where nothing was found to build, and says what was looked for', () => {
    expect(build.plan({ build: nothing } as Config)).toEqual({ run: false, reason: 'nothing found' })
  })
})
