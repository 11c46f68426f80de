import { cluster } from './catalogue/cluster.ts'
import { commit } from './catalogue/commit.ts'
import type { CatalogueEntry } from './catalogue/entry.ts'
import { jobs } from './catalogue/jobs.ts'
import { remoteSystems } from './catalogue/remote.ts'
import { run } from './catalogue/run.ts'

export type { Blame, CatalogueEntry } from './catalogue/entry.ts'

/** Every code that a run can end with. docs/errors.md is generated from it; codes are never reused. */
export const catalogue = {
  ...run,
  ...commit,
  ...remoteSystems,
  ...cluster,
  ...jobs,
} as const satisfies Record<string, CatalogueEntry>

export type ErrorCode = keyof typeof catalogue
