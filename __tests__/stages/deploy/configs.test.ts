import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { StepContext } from '../../../src/pipeline/index.ts'
import { fetchConfigs } from '../../../src/stages/deploy/configs/configs.ts'
import type { Deployment } from '../../../src/stages/deploy/deployment.ts'
import { createFiles } from '../../../src/systems/runner/node-files.ts'
import { newFolder } from '../../systems/new-folder.ts'

const SHA = '0123456789abcdef0123456789abcdef01234567'
const UNTOUCHED = 'Nothing was applied; the database was not changed.'

const step = {
  signal: new AbortController().signal,
  log: { info: () => undefined },
  fact: () => undefined,
} as unknown as StepContext

let workspace: string

beforeEach(() => {
  workspace = newFolder()
})

function write(root: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
}

interface Case {
  /** Without it no migration is configured. */
  readonly locations?: string
  /** The folder in another repository, which `fill` fills when it is cloned. */
  readonly path?: string
  readonly fill?: (clone: string) => void
}

function fetch({ locations, path, fill }: Case) {
  const configs = path === undefined ? {} : { repository: { name: 'acme/configs', ref: 'main', path } }
  return fetchConfigs(
    {
      config: { workspace, trigger: { commit: SHA } },
      settings: {
        configs: { configured: true, ...configs },
        migration: locations === undefined ? { configured: false } : { configured: true, locations },
      },
      systems: {
        files: createFiles({ temporary: newFolder() }),
        git: {
          cloneAt: async ({ folder }: { readonly folder: string }) => {
            fill?.(folder)
            return Promise.resolve({ commit: SHA })
          },
        },
      },
    } as unknown as Pick<Deployment, 'config' | 'settings' | 'systems'>,
    step,
  )
}

describe('the SQL of a migration', () => {
  const locations = 'db/migration'

  it('is taken to the byte, in the order of its names, without what is no SQL', async () => {
    write(workspace, {
      'db/migration/V2__two.sql': '\ufeffselect 2;\r\n',
      'db/migration/V1__one.sql': 'select 1;',
      'db/migration/README.md': '#',
      'db/migration/.gitkeep': '',
      'db/migration/2026/.gitkeep': '',
    })
    const { migrations } = await fetch({ locations })
    expect(migrations).toEqual([
      { name: 'V1__one.sql', content: 'select 1;' },
      { name: 'V2__two.sql', content: '\ufeffselect 2;\r\n' },
    ])
  })

  it('is refused whole, with every file that would not be applied', async () => {
    write(workspace, {
      'db/migration/V1__one.sql': 'select 1;',
      'db/migration/2026/V2__two.sql': 'select 2;',
      'db/migration/V3__three.SQL': 'select 3;',
      'db/migration/V1__one.sql.conf': 'executeInTransaction=false',
      'db/migration/V4__four.sql': Buffer.from("select\n 'Gr\u00f6\u00dfe';", 'latin1'),
    })
    symlinkSync('/etc/hostname', join(workspace, 'db/migration/V5__five.sql'))
    await expect(fetch({ locations })).rejects.toMatchObject({
      code: 'E_MIGRATION_FILES',
      blame: 'configuration',
      message: 'db/migration has 5 files that would not be applied as written.',
      evidence: [
        expect.stringMatching(/^db\/migration\/2026\/V2__two\.sql: .*subfolders/),
        expect.stringMatching(/^db\/migration\/V1__one\.sql\.conf: settings/),
        expect.stringMatching(/^db\/migration\/V3__three\.SQL: .*lower case/),
        'db/migration/V4__four.sql: is not UTF-8 at byte 11 (line 2); save it as UTF-8',
        expect.stringMatching(/^db\/migration\/V5__five\.sql: the link leads out/),
      ],
      state: UNTOUCHED,
    })
  })

  it('is found behind links that stay in the checkout, also in a linked folder', async () => {
    write(workspace, { 'sql/V1__one.sql': 'select 1;', 'more/V2__two.sql': 'select 2;' })
    mkdirSync(join(workspace, 'db/migration'), { recursive: true })
    symlinkSync('../../sql/V1__one.sql', join(workspace, 'db/migration/V1__one.sql'))
    expect((await fetch({ locations })).migrations).toEqual([{ name: 'V1__one.sql', content: 'select 1;' }])
    symlinkSync('../../more', join(workspace, 'db/migration/more'))
    await expect(fetch({ locations })).rejects.toMatchObject({
      code: 'E_MIGRATION_FILES',
      evidence: [expect.stringMatching(/^db\/migration\/more\/V2__two\.sql: .*subfolders/)],
    })
  })

  it.each([
    ['no folder', {}, /There is no folder db\/migration/],
    ['no SQL', { 'db/migration/README.md': '' }, /There is no \.sql file in db\/migration/],
    ['too much', { 'db/migration/V1__a.sql': 'x'.repeat(900_001) }, /have 900001 bytes/],
  ])('is refused when there is %s', async (_, files, message) => {
    write(workspace, files)
    await expect(fetch({ locations })).rejects.toMatchObject({
      code: 'E_MIGRATION_FILES',
      message: expect.stringMatching(message) as string,
      state: UNTOUCHED,
    })
  })

  it('is of no interest where no migration is configured', async () => {
    write(workspace, { 'db/migration/2026/V2__two.sql': 'select 2;' })
    expect(await fetch({})).toEqual({ root: workspace, commit: SHA, migrations: [] })
  })
})

describe('the folder in another repository', () => {
  it('is the root of all paths, also behind a link inside the clone', async () => {
    const fill = (clone: string): void => {
      write(clone, { 'real/db/migration/V1__one.sql': 'select 1;' })
      symlinkSync('real', join(clone, 'staging'))
    }
    const { root, migrations } = await fetch({ locations: 'db/migration', path: 'staging', fill })
    expect(root).toMatch(/\/real$/)
    expect(migrations.map((each) => each.name)).toEqual(['V1__one.sql'])
    expect((await fetch({ path: '.', fill })).root).toMatch(/\/configs-/)
  })

  it('is refused when it is a link that leads out of the clone', async () => {
    const fill = (clone: string): void => {
      mkdirSync(join(clone, '../outside'), { recursive: true })
      symlinkSync('../outside', join(clone, 'staging'))
      write(join(clone, '../outside'), { 'k8s/a.yaml': 'kind: ConfigMap' })
    }
    await expect(fetch({ path: 'staging', fill })).rejects.toMatchObject({ code: 'E_PATH_OUTSIDE' })
    await expect(fetch({ path: 'staging/k8s', fill })).rejects.toMatchObject({ code: 'E_PATH_OUTSIDE' })
  })

  it('must be there, and be a folder', async () => {
    const fill = (clone: string): void => {
      write(clone, { file: '' })
    }
    for (const path of ['staging', 'file']) {
      await expect(fetch({ path, fill })).rejects.toMatchObject({
        code: 'E_CONFIG_INVALID',
        message: `acme/configs has no folder ${path} at main.`,
      })
    }
  })
})
