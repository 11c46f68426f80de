import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Config } from '../../../src/config/config.ts'
import { checkout } from '../../../src/stages/checkout/checkout.ts'
import { systemClock } from '../../../src/systems/clock/clock.ts'
import { createGit } from '../../../src/systems/git/create-git.ts'
import { configOf } from '../../main/config-of.ts'
import { commit, git as run, newRepository } from '../../systems/git/repositories.ts'
import { newFolder } from '../../systems/new-folder.ts'
import { Workshop } from '../commands/run-stage.ts'

const HEADER = 'AUTHORIZATION: basic dG9rZW46Z2hzX3NlY3JldA=='
let workshop: Workshop
/** Of the user whose settings Git reads; not the one that runs the tests. */
let home: string
let workspace: string
let head: string

beforeAll(async () => {
  home = newFolder()
  workshop = await Workshop.open({}, { ...process.env, HOME: home, XDG_CONFIG_HOME: home })
  const { processes } = workshop.systems
  const git = createGit({
    ...{ processes, clock: systemClock, serverUrl: 'http://127.0.0.1:9' },
    ...{ token: undefined, configsToken: undefined },
  })
  Object.assign(workshop.systems, { git })
})
beforeEach(() => {
  rmSync(join(home, '.gitconfig'), { force: true })
  workspace = newRepository()
  head = commit(workspace, 'first', { 'a.txt': 'a' })
})
afterAll(() => workshop.dispose())

function check(more: Partial<Config> = {}) {
  const { trigger } = configOf()
  return workshop.run(checkout, configOf({ workspace, trigger: { ...trigger, commit: head }, ...more }))
}

describe('a checkout', () => {
  it('without a credential is deployed from', async () => {
    run(workspace, 'remote', 'add', 'origin', 'https://github.com/acme/api')
    run(workspace, 'config', 'http.https://example.com/.extraheader', 'X-Trace: 1')
    // As steps for private packages over ssh leave them: no credential is in these.
    run(workspace, 'config', 'url.ssh://git@github.com/.insteadOf', 'https://github.com/')
    run(
      home,
      'config',
      '--global',
      'url.git@key-1.github.com:acme/api.insteadOf',
      'https://github.com/acme/api',
    )
    run(home, 'config', '--global', 'core.sshCommand', 'ssh -o StrictHostKeyChecking=yes')
    run(workspace, 'init', '--quiet', '--bare', join(workspace, '.git/modules/shared'))
    expect((await check()).error).toBeUndefined()
  })

  it.each<readonly [string, () => void, string]>([
    [
      'as actions/checkout 5 leaves it',
      () => run(workspace, 'config', '--local', 'http.https://github.com/.extraheader', HEADER),
      'http.https://github.com/.extraheader',
    ],
    [
      'as actions/checkout 6 leaves it, in a file that is included',
      () => {
        const file = join(newFolder(), 'git-credentials.config')
        writeFileSync(file, `[http "https://github.com/"]\n\textraheader = ${HEADER}\n`)
        run(workspace, 'config', '--local', `includeIf.gitdir:${workspace}/.git.path`, file)
      },
      'http.https://github.com/.extraheader',
    ],
    [
      'with a key of its own',
      () => run(workspace, 'config', 'core.sshCommand', '/usr/bin/ssh -i /tmp/key'),
      'core.sshcommand',
    ],
    [
      'in the address of a remote',
      () =>
        run(workspace, 'remote', 'add', 'origin', 'https://x-access-token:ghs_secret@github.com/acme/api'),
      'remote.origin.url',
    ],
    [
      'in the address to push to',
      () =>
        run(workspace, 'config', 'remote.origin.pushurl', 'https://x-access-token:ghs_secret@github.com/a/b'),
      'remote.origin.pushurl',
    ],
    [
      'in another address for a server, as steps for private packages leave it',
      () =>
        run(
          workspace,
          'config',
          'url.https://x-access-token:ghs_secret@github.com/.insteadOf',
          'https://github.com/',
        ),
      'url.https://***@github.com/.insteadof',
    ],
    [
      'in the settings of the user',
      () => {
        run(
          home,
          'config',
          '--global',
          'url.https://ghs_secret@github.com/.insteadOf',
          'ssh://git@github.com/',
        )
        run(home, 'config', '--global', 'http.https://github.com/.extraheader', HEADER)
      },
      "http.https://github.com/.extraheader of the user's settings, url.https://***@github.com/.insteadof of the user's settings",
    ],
    [
      'in the settings of a submodule, and of a submodule of it',
      () => {
        const module = join(workspace, '.git/modules/libs/shared')
        for (const folder of [module, join(module, 'modules/inner')]) {
          run(workspace, 'init', '--quiet', '--bare', folder)
          run(folder, 'config', 'http.https://github.com/.extraheader', HEADER)
        }
      },
      'http.https://github.com/.extraheader of the submodule libs/shared, http.https://github.com/.extraheader of the submodule libs/shared/inner',
    ],
    [
      'in the settings of a submodule, as actions/checkout 6 leaves it',
      () => {
        const module = join(workspace, '.git/modules/shared')
        const file = join(newFolder(), 'git-credentials.config')
        writeFileSync(file, `[http "https://github.com/"]\n\textraheader = ${HEADER}\n`)
        run(workspace, 'init', '--quiet', '--bare', module)
        run(module, 'config', `includeIf.gitdir:${module}.path`, file)
      },
      'http.https://github.com/.extraheader of the submodule shared',
    ],
  ])(
    'with a credential %s is refused before anything of it runs, and the credential is not told',
    async (_, leave, name) => {
      leave()
      const { error } = await check()
      expect(error).toMatchObject({
        code: 'E_CHECKOUT_CREDENTIALS',
        message: `The checkout keeps a credential that every command of this job can read: ${name}.`,
        state: 'Nothing was built or deployed.',
      })
      expect(JSON.stringify(error)).not.toMatch(/secret|dG9rZW46/)
    },
  )

  it('with a credential is warned of by a call that deploys nothing', async () => {
    run(workspace, 'config', '--local', 'http.https://github.com/.extraheader', HEADER)
    const { error, log } = await check({ selection: { stages: ['build', 'test'], from: 'auto' } })
    expect(error).toBeUndefined()
    expect(log.get('verify')).toContain('persist-credentials: false')
  })
})
