import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { PlaybookResult } from '../../../src/systems/ansible/ansible.ts'
import { connectionsFolder } from '../../../src/systems/ansible/connections-folder.ts'
import { createAnsible } from '../../../src/systems/ansible/create-ansible.ts'
import { systemClock } from '../../../src/systems/clock/clock.ts'
import { createProcesses } from '../../../src/systems/runner/spawn-processes.ts'
import { newFolder } from '../new-folder.ts'
import { type SshServer, startSshServer } from './ssh-server.ts'

const processes = createProcesses({
  clock: systemClock,
  env: process.env,
  holdsSecret: () => false,
  runMark: 'ansible-test',
})

let folder: string
let temporary: string
let log: string

beforeEach(() => {
  folder = newFolder()
  temporary = newFolder()
  log = ''
})

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
}

interface Play {
  readonly playbook?: string
  readonly inventory?: string
  readonly check?: boolean
  readonly variables?: Readonly<Record<string, unknown>>
  readonly sshKey?: string
  readonly knownHosts?: string
  readonly signal?: AbortSignal
}

function play(options: Play = {}): Promise<PlaybookResult> {
  const { sshKey, knownHosts } = options
  return createAnsible({ processes, clock: systemClock, sshKey, knownHosts }).play({
    folder,
    playbook: options.playbook ?? 'site.yml',
    inventory: options.inventory ?? 'hosts',
    check: options.check ?? false,
    variables: options.variables ?? {},
    temporary,
    signal: options.signal ?? new AbortController().signal,
    onOutput: (chunk) => {
      log += Buffer.from(chunk).toString()
    },
  })
}

const LOCAL = 'node1 ansible_connection=local\nnode2 ansible_connection=local\n'

describe('a playbook on local hosts', () => {
  beforeEach(() => {
    write({
      hosts: LOCAL,
      'site.yml': `
- hosts: all
  gather_facts: false
  tasks:
    - name: Write the configuration
      ansible.builtin.copy:
        content: "{{ stagegate.service }} {{ odd }}\\n"
        dest: ${folder}/{{ inventory_hostname }}.conf
        mode: "0600"
`,
    })
  })

  const variables = { stagegate: { service: 'ai-gen-service' }, odd: `"quotes" and 'more' $(x)` }

  test('changes them once, and nothing the second time, with a live log', async () => {
    const first = await play({ variables })
    expect(first.recap).toEqual([
      { host: 'node1', ok: 1, changed: 1, failed: 0, unreachable: 0, skipped: 0 },
      { host: 'node2', ok: 1, changed: 1, failed: 0, unreachable: 0, skipped: 0 },
    ])
    expect(readFileSync(join(folder, 'node1.conf'), 'utf8')).toBe(`ai-gen-service ${variables.odd}\n`)
    expect(log).toContain('TASK [Write the configuration]')
    expect(log).toContain('PLAY RECAP')
    const second = await play({ variables })
    expect(second.recap.map((host) => host.changed)).toEqual([0, 0])
  })

  test('is only looked at in a check, with what it would change in the log', async () => {
    const { recap } = await play({ variables, check: true })
    expect(recap.map((host) => host.changed)).toEqual([1, 1])
    expect(readdirSync(folder).sort()).toEqual(['hosts', 'site.yml'])
    expect(log).toContain('+ai-gen-service')
  })

  test('leaves nothing in the temporary folder', async () => {
    await play({ variables, sshKey: 'a key', knownHosts: 'a host' })
    expect(readdirSync(temporary)).toEqual([])
  })
})

describe('a play that matches no host', () => {
  const inventory = 'node1 ansible_connection=local\n[web]\n[db]\nnode1\n'
  const playOn = (hosts: string, name = ''): string =>
    `- hosts: "${hosts}"\n${name === '' ? '' : `  name: ${name}\n`}  gather_facts: false\n  tasks:\n    - ansible.builtin.debug: { msg: hello }\n`

  test('is an error when the inventory does not know its group, in a check as well', async () => {
    write({ hosts: inventory, 'site.yml': playOn('db') + playOn('wbe', 'Web servers') + playOn('db:&edeg') })
    for (const check of [false, true]) {
      await expect(play({ check })).rejects.toMatchObject({
        code: 'E_ANSIBLE_FAILED',
        message: 'site.yml: 2 plays matched no host; the inventory does not know wbe, &edeg.',
        evidence: ['play "Web servers" (hosts: wbe)', 'play (hosts: db:&edeg)'],
        state: 'Changed on the hosts: nothing. The cluster is as it was.',
      })
    }
  })

  test('is told where its group is known and has no host', async () => {
    const plays = [
      playOn('web', 'Web servers'),
      playOn('db:&web'),
      playOn('w*'),
      playOn('web:!gone'),
      playOn('web[0]'),
    ]
    write({ hosts: inventory, 'site.yml': plays.join('') + playOn('db') })
    const { emptyPlays, recap } = await play()
    expect(emptyPlays.map((each) => each.hosts)).toEqual(['web', 'db:&web', 'w*', 'web:!gone', 'web[0]'])
    expect(emptyPlays[0]).toEqual({ play: 'Web servers', hosts: 'web' })
    expect(recap).toMatchObject([{ host: 'node1', ok: 1 }])
  })

  test('is no error where a task makes groups, which need not come to be', async () => {
    const grouping = `
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.group_by: { key: "os_{{ 'debian' }}" }
`
    write({ hosts: inventory, 'site.yml': grouping + playOn('os_debian') + playOn('os_redhat') })
    expect((await play()).emptyPlays).toEqual([{ play: 'os_redhat', hosts: 'os_redhat' }])
  })

  test('is not among the plays that ran, with a part that matches or the local host', async () => {
    write({ hosts: inventory, 'site.yml': playOn('db:gone') + playOn('localhost') })
    expect((await play()).emptyPlays).toEqual([])
  })
})

describe('a playbook that fails', () => {
  test('names host, task, file and line, the reason, and what was changed before', async () => {
    write({
      hosts: LOCAL,
      'site.yml': '- hosts: all\n  gather_facts: false\n  roles: [app]\n',
      'roles/app/tasks/main.yml': `
- name: Touch
  ansible.builtin.file:
    path: ${folder}/touched-{{ inventory_hostname }}
    state: touch
    mode: "0600"
- name: Install the configuration
  ansible.builtin.copy:
    src: ${folder}/not-there
    dest: ${folder}/x
  when: inventory_hostname == 'node2'
`,
    })
    await expect(play()).rejects.toMatchObject({
      code: 'E_ANSIBLE_TASK',
      message: 'site.yml: a task failed on node2.',
      evidence: [
        expect.stringMatching(
          /^node2: (?:app : )?Install the configuration \(roles\/app\/tasks\/main\.yml:7\): .*not-there/,
        ),
      ],
      state: 'Changed on the hosts: node1 (1 changed), node2 (1 changed). The cluster is as it was.',
    })
    expect(readdirSync(temporary)).toEqual([])
  })

  test('and rescues itself has not failed', async () => {
    write({
      hosts: LOCAL,
      'site.yml': `
- hosts: node1
  gather_facts: false
  tasks:
    - block:
        - ansible.builtin.command: "false"
      rescue:
        - ansible.builtin.debug: { msg: rescued }
    - ansible.builtin.command: "false"
      ignore_errors: true
`,
    })
    expect(await play()).toMatchObject({ failedTasks: [], recap: [{ host: 'node1', failed: 0 }] })
  })

  test('with no_log shows no value of the task', async () => {
    write({
      hosts: LOCAL,
      'site.yml': `
- hosts: node1
  gather_facts: false
  tasks:
    - ansible.builtin.command: /not/there/{{ secret }}
      no_log: true
`,
    })
    const error: unknown = await play({ variables: { secret: 'a-canary' } }).catch(
      (thrown: unknown) => thrown,
    )
    expect(error).toMatchObject({ code: 'E_ANSIBLE_TASK' })
    expect(JSON.stringify(error) + String(error) + log).not.toContain('a-canary')
  })

  test('for a mistake in its text shows what Ansible says', async () => {
    write({ hosts: LOCAL, 'site.yml': '- hosts: all\n  taks: []\n' })
    await expect(play()).rejects.toMatchObject({
      code: 'E_ANSIBLE_FAILED',
      evidence: expect.arrayContaining([expect.stringContaining('taks')]),
    })
  })

  test('that is not there, or leads out of the configurations, is not begun', async () => {
    write({ hosts: LOCAL, 'site.yml': '[]\n' })
    symlinkSync('/etc', join(folder, 'link'))
    await expect(play({ playbook: 'other.yml' })).rejects.toMatchObject({ code: 'E_ANSIBLE_FAILED' })
    await expect(play({ playbook: 'link/passwd' })).rejects.toMatchObject({ code: 'E_PATH_OUTSIDE' })
    await expect(play({ inventory: '../../etc/hosts' })).rejects.toBeInstanceOf(Error)
    expect(log).toBe('')
  })

  test('because it was cancelled ends with its children, and leaves nothing', async () => {
    write({
      hosts: LOCAL,
      'site.yml':
        '- hosts: node1\n  gather_facts: false\n  tasks:\n    - ansible.builtin.command: sleep 600\n',
    })
    const controller = new AbortController()
    const running = play({ signal: controller.signal })
    while (!log.includes('TASK')) await new Promise((resolve) => setTimeout(resolve, 50))
    controller.abort(new Error('cancelled'))
    await expect(running).rejects.toThrow('cancelled')
    expect(readdirSync(temporary)).toEqual([])
  })
})

test('a configuration file beside the playbook is not read', async () => {
  write({
    hosts: 'node1 ansible_connection=local\n',
    'ansible.cfg': '[defaults]\nstdout_callback = minimal\nhost_key_checking = False\n',
    'site.yml': '- hosts: all\n  gather_facts: false\n  tasks: [{ ansible.builtin.debug: { msg: hello } }]\n',
  })
  await play()
  expect(log).toContain('PLAY RECAP')
})

describe('a playbook over ssh', () => {
  let server: SshServer

  beforeAll(async () => {
    server = await startSshServer()
  })
  afterAll(() => server.close())
  beforeEach(() => {
    write({
      hosts: `node1 ansible_host=127.0.0.1 ansible_port=${server.port} ansible_user=${server.user}\n`,
      'site.yml': `
- hosts: all
  gather_facts: false
  tasks:
    - name: Write
      ansible.builtin.copy: { content: x, dest: ${folder}/written, mode: "0600" }
`,
    })
  })

  test('runs with the given key on a host whose key is known, and leaves no connection behind', async () => {
    const { recap } = await play({ sshKey: server.privateKey.trimEnd(), knownHosts: server.knownHosts })
    expect(recap).toMatchObject([{ host: 'node1', changed: 1 }])
    expect(readdirSync(temporary)).toEqual([])
    expect(existsSync(connectionsFolder(temporary))).toBe(false)
    const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
    const lines = children.map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      } catch {
        return ''
      }
    })
    expect(lines.filter((line) => line.startsWith('ssh') && line.includes('/tmp/sg-'))).toEqual([])
  })

  // Where runners have their temporary folder: GitHub's, Actions Runner Controller's, in a container, by hand.
  test.each([
    '/home/runner/work/_temp',
    '/runner/_work/_temp',
    '/__w/_temp',
    '/opt/actions-runner/_work/_temp',
  ])('logs in once for all its tasks when the temporary folder is as long as in %s', async (usual) => {
    const name = `stagegate-${randomUUID()}`
    const missing = Math.max(0, usual.length + 1 + name.length - temporary.length - 1)
    temporary = join(temporary, name.padEnd(missing, '-'))
    mkdirSync(temporary, { recursive: true, mode: 0o700 })
    const before = server.logins()
    await play({ sshKey: server.privateKey, knownHosts: server.knownHosts })
    expect(server.logins() - before).toBe(1)
  })

  test('logs in for each task where the folder for its sockets is somebody else’s', async () => {
    const taken = connectionsFolder(temporary)
    symlinkSync(folder, taken)
    const before = server.logins()
    try {
      await play({ sshKey: server.privateKey, knownHosts: server.knownHosts })
      expect(server.logins() - before).toBeGreaterThan(1)
      expect(readdirSync(folder).sort()).toEqual(['hosts', 'site.yml', 'written'])
    } finally {
      rmSync(taken)
    }
  })

  test.each([
    ['unknown', () => ''],
    ['another than the known one', () => server.wrongKnownHosts],
  ])('refuses a host whose key is %s, even if the inventory would have it', async (_what, knownHosts) => {
    write({
      'group_vars/all.yml':
        'ansible_ssh_args: -o StrictHostKeyChecking=no\nansible_host_key_checking: false\n',
    })
    const refused = play({ sshKey: server.privateKey, knownHosts: knownHosts() })
    await expect(refused).rejects.toMatchObject({
      code: 'E_ANSIBLE_HOST_KEY',
      message: 'site.yml: node1 could not be reached.',
      state: 'Changed on the hosts: nothing. The cluster is as it was.',
    })
    expect(readdirSync(folder)).not.toContain('written')
  })

  test('tells a refused key from a host that does not answer', async () => {
    const stranger = play({ sshKey: server.strangersKey, knownHosts: server.knownHosts })
    await expect(stranger).rejects.toMatchObject({ code: 'E_ANSIBLE_AUTH' })
    write({ hosts: `node1 ansible_host=127.0.0.1 ansible_port=1 ansible_user=${server.user}\n` })
    const nobody = play({ sshKey: server.privateKey, knownHosts: server.knownHosts })
    await expect(nobody).rejects.toMatchObject({
      code: 'E_ANSIBLE_UNREACHABLE',
      evidence: [expect.stringContaining('Connection refused')],
    })
  })
})
