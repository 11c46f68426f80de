import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Ran, runProgram } from './run-program.ts'

const root = join(import.meta.dirname, '..', '..')

function dryRun(files: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}): Ran {
  return runProgram(files, { 'INPUT_DRY-RUN': 'true', INPUT_KUBECONFIG: kubeconfig, ...env })
}

const kubeconfig = `apiVersion: v1
kind: Config
current-context: a
clusters: [{name: a, cluster: {server: 'https://127.0.0.1:9'}}]
users: [{name: a, user: {token: Zq8vN2kLw5Xr7TbJ4mHc}}]
contexts: [{name: a, context: {cluster: a, user: a}}]
`
const files = {
  Dockerfile: 'FROM scratch\n',
  '.github/stagegate.yml': 'deploy: {manifests: k8s/}\n',
}

/** Lines that the runner would take for commands, other than those that we give it. */
function foreignCommands(text: string): readonly string[] {
  return text
    .split('\n')
    .filter(
      (line) =>
        line.includes('##[') ||
        (/^\s*::/.test(line) && !/^::(?:group|endgroup|error|warning|notice|debug|add-mask)/.test(line)),
    )
}

/** The runner hides what it is told to hide, and has to be told. */
function withoutMasks(log: string): string {
  return log.replace(/^::add-mask::.*$/gm, '')
}

describe('The log', { timeout: 120_000 }, () => {
  it('has no command of a manifest, and nothing that Node says of one', () => {
    const manifest =
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  ? ["##[stop-commands]abcdef"]\n  : Zq8v\n'
    const { status, stdout, stderr } = dryRun({ ...files, 'k8s/a.yaml': manifest })
    expect(stderr).toBe('')
    expect(foreignCommands(stdout)).toEqual([])
    expect(stdout).toContain('k8s/a.yaml:5: a key is a list or a mapping')
    expect(withoutMasks(stdout)).not.toMatch(/stop-commands|Zq8v/)
    expect(status).toBe(1)
  })

  it('says of a template of Helm what it is', () => {
    const manifest =
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  image: {{ .Values.image }}\n'
    const { stdout, stderr } = dryRun({ ...files, 'k8s/a.yaml': manifest })
    expect(stderr).toBe('')
    expect(stdout).toMatch(/k8s\/a\.yaml:5: .*this looks like a template of Helm; name its chart/)
  })

  it('has nothing of what Node itself would write: its debug log has the headers of requests', () => {
    const { stdout, stderr } = dryRun(
      { ...files, 'k8s/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n' },
      { NODE_DEBUG: 'http,net,timer', NODE_PENDING_DEPRECATION: '1' },
    )
    expect(stderr).toBe('')
    expect(foreignCommands(stdout)).toEqual([])
    expect(withoutMasks(stdout)).not.toContain('Zq8vN2kLw5Xr7TbJ4mHc')
  })
})

/** What a program writes past our writer, in as many ways as JavaScript has. */
const writes = [
  'process.emitWarning("##[stop-commands]hunter22")',
  'console.log("##[stop-commands]hunter22")',
  'console.error("##[stop-commands]hunter22")',
  'process.stdout.write("##[stop-commands]hunter22\\n")',
  'process.stderr.write(Buffer.from("::stop-commands::hunter22\\n"))',
  'for (let n = 0; n < 12; n += 1) process.on("x", () => undefined)',
  'new Buffer(1)',
]

describe('In both programs', { timeout: 60_000 }, () => {
  it.each(writes)('%s does not reach the runner', (code) => {
    const modules = (name: string): string => JSON.stringify(join(root, 'src', 'main', name))
    const program = `
      import { begin } from ${modules('begin.ts')}
      import { openConsole } from ${modules('console.ts')}
      const signals = begin(process)
      const { output, secrets } = openConsole(process, ${JSON.stringify(tmpdir())})
      secrets.add('hunter22')
      ${code}
      await new Promise((resolve) => setTimeout(resolve, 50))
      output.info('said by us')
      process.exit(0)
    `
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--input-type=module-typescript', '--eval', program],
      {
        encoding: 'utf8',
        env: { PATH: process.env.PATH, GITHUB_ACTIONS: 'true' },
      },
    )
    expect(stderr).toBe('')
    expect(foreignCommands(stdout)).toEqual([])
    expect(withoutMasks(stdout)).not.toContain('hunter22')
    expect(stdout).toContain('said by us')
  })
})
