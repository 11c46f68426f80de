import { basename } from 'node:path'

import { StagegateError } from '../../errors/index.ts'
import { RUN_MARK } from './child-environment.ts'
import type { Files } from './files.ts'
import type { Command, Finished, Processes } from './processes.ts'

export interface IsolatedCommand extends Pick<Command, 'argv' | 'cwd' | 'input' | 'signal'> {
  /** Added to the little that the tool gets. */
  readonly env?: Readonly<Record<string, string>>
  /** The tool is ended when it writes more than this. */
  readonly maxBytes: number
}

/** Bytes of memory that a tool may have; with it, a bomb ends the tool and not the machine. */
const MAX_MEMORY = 2 * 1024 ** 3

/** Where nothing listens: a tool that asks its proxy for something gets an error at once. */
const NOWHERE = 'http://127.0.0.1:9'

/**
 * Runs a tool that works on files of the commit and needs nothing else: no credentials, no settings of the machine's user
 * (an empty HOME), no other programs (an empty PATH), no way to another host, and, where the machine has `prlimit`, a
 * bound on its memory. It stops accidents and stray downloads; it is no wall around a tool that is itself hostile.
 *
 * @throws StagegateError E_TOOL_LIMIT, and what `Processes.run` throws
 */
export async function runIsolated(
  { processes, files }: { readonly processes: Processes; readonly files: Files },
  { argv, cwd, input, signal, env, maxBytes }: IsolatedCommand,
): Promise<Finished> {
  const name = basename(argv[0])
  const prlimit = await processes.find('prlimit')
  const home = await files.makeFolder('home')
  const tooMuch = new AbortController()
  let written = 0
  try {
    const finished = await processes.run({
      argv: prlimit === undefined ? argv : [prlimit, `--data=${MAX_MEMORY}`, '--core=0', '--', ...argv],
      cwd,
      env: { ...isolatedEnvironment(processes.environment('own'), home), ...env },
      ...(input === undefined ? {} : { input }),
      signal: AbortSignal.any([signal, tooMuch.signal]),
      keepBytes: maxBytes * 2,
      onOutput(chunk) {
        written += chunk.length
        if (written <= maxBytes) return
        tooMuch.abort(
          new StagegateError('E_TOOL_LIMIT', { message: `${name} writes more than ${maxBytes} bytes.` }),
        )
      },
    })
    if (
      finished.exitCode !== 0 &&
      /^(?:fatal error: )?runtime: .*(?:out of|allocate) memory/m.test(finished.stderr)
    ) {
      throw new StagegateError('E_TOOL_LIMIT', {
        message: `${name} needs more than ${MAX_MEMORY / 1024 ** 3} GiB of memory.`,
      })
    }
    return finished
  } finally {
    await files.remove(home)
  }
}

/** Of the environment for our own tools what says where temporary files go, and nothing that says more. Pure. */
function isolatedEnvironment(own: Readonly<Record<string, string>>, home: string): Record<string, string> {
  const kept = ['TMPDIR', RUN_MARK].flatMap((name) => {
    const value = own[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return {
    ...Object.fromEntries(kept),
    HOME: home,
    PATH: '',
    LANG: 'C.UTF-8',
    HTTP_PROXY: NOWHERE,
    HTTPS_PROXY: NOWHERE,
    // Clouds' own addresses for credentials, which are asked without a proxy.
    AWS_EC2_METADATA_DISABLED: 'true',
    NO_GCE_CHECK: 'true',
  }
}
