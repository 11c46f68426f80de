import { tryCommand } from '../command.ts'

/**
 * The mirror from which this machine's apt takes a suite of Debian, or undefined when it takes none: then debootstrap's
 * own default is as good as any. A machine that reaches only a mirror of its own has told apt so.
 */
export async function readDebianMirror(suite: string): Promise<string | undefined> {
  const format = '$(REPO_URI)|$(COMPONENT)|$(ORIGIN)|$(CODENAME)'
  const found = await tryCommand(['apt-get', 'indextargets', '--format', format, 'Created-By: Packages'])
  return found.exitCode === 0 ? parseDebianMirror(found.stdout, suite) : undefined
}

/**
 * Reads lines of `apt-get indextargets`: address, component, origin and code name, divided by bars. Others publish a
 * `main` for `bookworm` too, so Debian must be the origin; and debootstrap understands fewer kinds of address than apt.
 */
export function parseDebianMirror(targets: string, suite: string): string | undefined {
  for (const line of targets.split('\n')) {
    const [address = '', component, origin, codeName] = line.split('|')
    if (component !== 'main' || origin !== 'Debian' || codeName !== suite) continue
    if (/^(https?|file):/.test(address)) return address
  }
  return undefined
}
