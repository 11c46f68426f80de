import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cached } from './cache.ts'
import { run } from './command.ts'
import type { Paths } from './paths.ts'
import type { Progress } from './progress.ts'

/** The requirement files beside this one: every package with its version and hashes. */
export type PythonTool = 'openbao' | 'schemathesis' | 'semgrep' | 'zizmor'

const requirements = join(import.meta.dirname, 'requirements')

/** Installs a tool into a virtual environment of its own; answers with the folder that holds its programs. */
export async function installPythonTool(tool: PythonTool, paths: Paths, progress: Progress): Promise<string> {
  const file = join(requirements, `${tool}.txt`)
  const python = (await run(['python3', '--version'], { next: 'install Python 3.11 or newer' })).trim()
  const folder = await cached(
    paths.cache,
    {
      name: `python/${tool}`,
      inputs: [python, readFileSync(file, 'utf8')],
      message: `installing ${tool} from its Python packages`,
      inPlace: true,
      async build(target) {
        await run(['python3', '-m', 'venv', target], { next: 'install the Debian package python3-venv' })
        await run([
          join(target, 'bin', 'python'),
          ...['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check'],
          ...['--only-binary', ':all:', '--no-deps', '--require-hashes', '-r', file],
        ])
      },
    },
    progress,
  )
  return join(folder, 'bin')
}
