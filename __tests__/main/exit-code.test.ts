import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const subject = join(import.meta.dirname, '..', '..', 'src', 'main', 'exit-code.ts')

/** Runs a program of its own: exit codes can be seen only from outside. */
function run(body: string): { status: number | null; output: string } {
  const code = `
    import { failUnlessFinished, finish, redactLastWords } from ${JSON.stringify(subject)}
    failUnlessFinished(process)
    ${body}
  `
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module-typescript', '--eval', code],
    {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, NODE_NO_WARNINGS: '1' },
    },
  )
  return { status, output: stdout + stderr }
}

describe('the exit code', () => {
  it('is 0 only after a run that says it succeeded', () => {
    expect(run('finish(process, true)')).toEqual({ status: 0, output: '' })
    expect(run('finish(process, false)').status).toBe(1)
  })

  it('is 1, with a reason, when the event loop drains before there is a result', () => {
    const { status, output } = run('await new Promise(() => undefined)')
    expect(status).not.toBe(0)
    expect(run('void new Promise(() => undefined)')).toMatchObject({ status: 1 })
    expect(run('void new Promise(() => undefined)').output).toContain('E_INTERNAL_UNFINISHED')
    expect(output).toContain('E_INTERNAL_UNFINISHED')
  })

  it.each([
    ['an exception that nobody caught', 'setTimeout(() => { throw new Error("lost") })'],
    ['a promise that nobody waits for', 'void Promise.reject(new Error("lost"))'],
  ])('is 1 after %s, though the run had said that it succeeded', (_what, body) => {
    const { status, output } = run(`redactLastWords((text) => text)\n${body}\nfinish(process, true)`)
    expect(status).toBe(1)
    expect(output).toContain('E_INTERNAL')
    expect(output).toContain('lost')
  })

  it('says nothing from outside before there is a redactor, and nothing unredacted after', () => {
    expect(run('throw new Error("hunter2")').output).not.toContain('hunter2')
    const { output } = run(
      'redactLastWords((text) => text.replaceAll("hunter2", "***"))\nthrow new Error("hunter2")',
    )
    expect(output).toContain('***')
    expect(output).not.toContain('hunter2')
  })

  it('hides secrets in every part of an error of ours', () => {
    const errors = JSON.stringify(join(import.meta.dirname, '..', '..', 'src', 'errors', 'index.ts'))
    const thrown = `
      const { StagegateError } = await import(${errors})
      throw new StagegateError('E_INTERNAL', {
        message: 'a hunter2', evidence: ['b hunter2'], state: 'c hunter2', next: 'd hunter2',
      })`
    const { output } = run(`redactLastWords((text) => text.replaceAll("hunter2", "***"))\n${thrown}`)
    for (const part of ['a ***', 'b ***', 'c ***', 'd ***']) expect(output).toContain(part)
    expect(output).not.toContain('hunter2')
    const early = run(thrown).output
    expect(early).toContain('E_INTERNAL')
    expect(early).not.toMatch(/hunter2|[abcd] \*/)
  })

  it('quotes nothing of a text that a parser refuses', () => {
    const { output } = run('redactLastWords((text) => text)\nJSON.parse("hunter22hunter22hunter22")')
    expect(output).toContain('SyntaxError')
    expect(output).not.toContain('hunter')
  })

  it('lets no text of an error speak as a command of the runner', () => {
    const { output } = run(
      'redactLastWords((text) => text)\nthrow new Error("a\\n::add-mask::success\\n##[group]x")',
    )
    expect(output.split('\n').filter((line) => /^\s*::|##\[/.test(line))).toHaveLength(1)
    expect(output).not.toMatch(/\n\s*::/)
  })
})
