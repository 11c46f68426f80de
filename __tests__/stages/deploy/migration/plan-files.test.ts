import { describe, expect, it } from 'vitest'
import { planFiles } from '../../../../src/stages/deploy/migration/plan-files.ts'

describe('planFiles', () => {
  it.each([
    'V1__one.sql',
    'V2024.01_2__two.sql',
    'V01__Add-column.sql',
    'U1__one.sql',
    'B7__base.sql',
    'R__views.sql',
    'beforeMigrate.sql',
    'afterMigrate.sql',
    'afterEachMigrate__grant.sql',
    'createSchema.sql',
  ])('takes %s', (path) => {
    expect(planFiles([path])).toEqual({ taken: [path], refused: [] })
  })

  it.each(['README.md', '.gitkeep', '2026/README.md', 'V1__one.sql.bak', 'pom.xml', 'flyway.conf'])(
    'has nothing to do with %s, which is no SQL for Flyway either',
    (path) => {
      expect(planFiles([path])).toEqual({ taken: [], refused: [] })
    },
  )

  it.each([
    ['2026/V2__two.sql', 'subfolder'],
    ['a/b/afterMigrate.sql', 'subfolder'],
    ['V2__two.SQL', 'lower case'],
    ['2026/V2__two.Sql', 'subfolder'],
    ['V2__two.sql.conf', 'settings'],
    ['2026/V2__two.sql.conf', 'settings'],
    ['V2__TWO.SQL.CONF', 'settings'],
    ['v2__two.sql', 'passes over this name'],
    ['V2_two.sql', 'passes over this name'],
    ['schema.sql', 'passes over this name'],
    ['V2__add column.sql', 'ConfigMap'],
    ['V2__größe.sql', 'ConfigMap'],
  ])('refuses %s and says why', (path, why) => {
    const { taken, refused } = planFiles(['V1__one.sql', path])
    expect(taken).toEqual(['V1__one.sql'])
    expect(refused).toEqual([expect.stringContaining(why)])
    expect(refused[0]).toContain(`${path}: `)
  })
})
