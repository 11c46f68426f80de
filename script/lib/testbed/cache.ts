import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Progress } from './progress.ts'

export interface CacheEntry {
  /** For people who look into the cache, for example `go/kubernetes`. */
  readonly name: string
  /** All that the result depends on: pin files' contents, tool versions. */
  readonly inputs: readonly string[]
  /** Said while it is built. */
  readonly message: string
  /** Makes the result in the given empty folder. */
  readonly build: (folder: string) => Promise<void>
  /** Python's virtual environments hold their own path: they are built in place, and marked when complete. */
  readonly inPlace?: boolean
}

/** The key of a cache entry: 16 hexadecimal digits of the SHA-256 of its inputs, each with its length before it. */
export function cacheKey(inputs: readonly string[]): string {
  const hash = createHash('sha256')
  for (const input of inputs) hash.update(`${Buffer.byteLength(input)}:`).update(input)
  return hash.digest('hex').slice(0, 16)
}

let heavyWork: Promise<unknown> = Promise.resolve()

/** One build at a time: two compilers at once on two cores are slower than one after the other. */
function afterOtherBuilds<Result>(work: () => Promise<Result>): Promise<Result> {
  const result = heavyWork.then(work, work)
  heavyWork = result.catch(() => undefined)
  return result
}

/** The folder of a cached result, built when it is missing. An interrupted build leaves nothing that is taken for one. */
export async function cached(cache: string, entry: CacheEntry, progress: Progress): Promise<string> {
  const folder = join(cache, `${entry.name}-${cacheKey(entry.inputs)}`)
  const complete = join(folder, '.complete')
  if (existsSync(complete)) return folder
  await afterOtherBuilds(() =>
    progress.during(`${entry.message} (kept in ${folder})`, async () => {
      mkdirSync(dirname(folder), { recursive: true })
      const building = entry.inPlace === true ? folder : `${folder}.building`
      rmSync(folder, { recursive: true, force: true })
      rmSync(building, { recursive: true, force: true })
      mkdirSync(building)
      await entry.build(building)
      writeFileSync(join(building, '.complete'), '')
      if (building !== folder) renameSync(building, folder)
    }),
  )
  return folder
}
