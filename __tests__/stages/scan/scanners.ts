import { readPartialDescription } from '../../../script/lib/testbed/description.ts'
import { planEnvironment } from '../../../script/lib/testbed/environment.ts'
import { readPaths } from '../../../script/lib/testbed/paths.ts'

/** The variables that the scanners of the testbed need; of the testbed nothing else has to be up. */
export function scannerEnvironment(): Readonly<Record<string, string>> {
  const { scanners, bin } = readPartialDescription(readPaths().description)
  if (scanners === undefined || bin === undefined) throw new Error('run script/testbed up first')
  return planEnvironment({ scanners, bin }, process.env.PATH ?? '')
}

export const javascriptRules = `rules:
  - id: no-eval
    languages: [javascript]
    severity: ERROR
    message: eval runs text as code; parse the text instead.
    pattern: eval(...)
`

/** A package-lock.json with one dependency: lodash. 4.17.20 has an advisory that 4.17.21 has not. */
export const lockFile = (version: string): string =>
  JSON.stringify({
    name: 'shop',
    version: '1.0.0',
    lockfileVersion: 3,
    packages: { '': { name: 'shop' }, 'node_modules/lodash': { version } },
  })
