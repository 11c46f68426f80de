import { readFileSync } from 'node:fs'

interface Manifest {
  readonly version: string
}

/** The version of this build, from the package.json that stands beside `src/` and `dist/`. */
export const version = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as Manifest
).version
