import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** The two folders of the testbed: what `down` removes, and what survives it. */
export interface Paths {
  /** Everything of the running testbed: processes, credentials, logs, sockets, data. Removed by `down`. */
  readonly state: string
  /** Built binaries, virtual environments, base images. Kept between runs, safe to remove when nothing runs. */
  readonly cache: string
  /** Symbolic links to every binary of the testbed, in `state`. */
  readonly bin: string
  /** `testbed.json`, the description that tests read. */
  readonly description: string
}

/** Reads the folders from `STAGEGATE_TESTBED_STATE` and `STAGEGATE_CACHE`; both are always absolute. */
export function readPaths(environment: NodeJS.ProcessEnv = process.env): Paths {
  const state = resolve(environment.STAGEGATE_TESTBED_STATE ?? '/var/tmp/stagegate-testbed')
  const cache = resolve(environment.STAGEGATE_CACHE ?? join(homedir(), '.cache', 'stagegate'))
  return { state, cache, bin: join(state, 'bin'), description: join(state, 'testbed.json') }
}
