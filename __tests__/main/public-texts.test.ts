import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, describe, expect, it } from 'vitest'
import { openConsole } from '../../src/main/console.ts'
import { setOutput } from '../../src/main/set-output.ts'
import { asEnv } from '../inputs/as-env.ts'

const folder = mkdtempSync(join(tmpdir(), 'stagegate-public-'))
const file = join(folder, 'output')
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

function open(inputs: Readonly<Record<string, string>>) {
  rmSync(file, { force: true })
  const stdout = new PassThrough()
  const env = { GITHUB_ACTIONS: 'true', GITHUB_OUTPUT: file, ...asEnv(inputs) }
  const console = openConsole({ env, stdout } as unknown as NodeJS.Process, folder)
  const log = () => String(stdout.read() ?? '')
  return { console, log }
}

const token = 'Zq8vN2kLw5Xr7TbJ4mHc'

describe('a secret input', () => {
  it('that is within a text which is about to be public ends the run, and stays hidden', () => {
    const { console } = open({ 'registry-password': token })
    const url = `https://${token}.preview.example.com`
    expect(() => {
      console.publish([url])
    }).toThrow(
      expect.objectContaining({
        code: 'E_SECRET_PUBLIC',
        message: expect.stringContaining('registry-password of the inputs') as string,
      }),
    )
    expect(console.redact(url)).toBe('https://***.preview.example.com')
    console.close()
  })

  it('that is a word of a public text is warned of once, and hidden everywhere else', () => {
    const { console } = open({ 'registry-password': 'example' })
    console.publish(['https://staging.example.com'])
    console.publish(['ghcr.io/example/api'])
    expect(console.warnings).toEqual([
      expect.stringMatching(/^registry-password of the inputs is part of a name/),
    ])
    expect(console.redact('https://staging.example.com: example')).toBe('https://staging.example.com: ***')
    console.close()
  })

  it('that is a short number is warned of and hides nothing', () => {
    const { console } = open({ 'registry-password': '4711' })
    expect(console.warnings).toEqual([
      expect.stringMatching(/^registry-password of the inputs is a short number and is not hidden/),
    ])
    expect(console.redact('port 4711')).toBe('port 4711')
    console.close()
  })
})

describe('an output', () => {
  it('is set as it is, though a secret is a word of it that was public before', async () => {
    const { console } = open({ 'registry-password': 'example' })
    console.publish(['https://staging.example.com'])
    await setOutput(console, 'environment-url', 'https://staging.example.com')
    await setOutput(console, 'result', 'success')
    expect(readFileSync(file, 'utf8')).toMatch(
      /^environment-url<<(\S+)\nhttps:\/\/staging\.example\.com\n\1\n/,
    )
    expect(readFileSync(file, 'utf8')).toContain('\nsuccess\n')
    console.close()
  })

  it('is left out with a warning where a secret is in it, and never changed', async () => {
    const { console, log } = open({ 'registry-password': token })
    await setOutput(console, 'plan', `docker login -p ${token}`)
    await setOutput(console, 'result', 'failure')
    const written = readFileSync(file, 'utf8')
    expect(written).not.toContain('plan')
    expect(written).not.toContain('***')
    expect(written).toContain('\nfailure\n')
    expect(log()).toContain('::warning::The output plan is left out: a secret is in it.')
    console.close()
  })
})
