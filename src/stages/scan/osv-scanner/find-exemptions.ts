import type { CheckoutFiles } from '../../../systems/git/git.ts'
import type { ScannerSystems } from '../scanner.ts'

export const SETTINGS_FILE = 'osv-scanner.toml'
const MAX_BYTES = 1024 * 1024

/** What a settings file of osv-scanner would hide, if it counted. */
export interface Exemptions {
  /** Relative to the workspace. */
  readonly file: string
  /** Vulnerabilities that it ignores. */
  readonly ids: readonly string[]
  /** Packages or groups of packages whose vulnerabilities it ignores or changes. */
  readonly overrides: number
}

/** The settings files of the workspace, in whatever folder, that would hide something. */
export async function findExemptions(
  { tracked, untracked }: CheckoutFiles,
  workspace: string,
  { files }: Pick<ScannerSystems, 'files'>,
): Promise<readonly Exemptions[]> {
  const found: Exemptions[] = []
  for (const file of [...tracked, ...untracked]) {
    if (file !== SETTINGS_FILE && !file.endsWith(`/${SETTINGS_FILE}`)) continue
    // One that cannot be read, such as a link that leads out of the workspace, hides nothing either.
    const text = await files.read(workspace, file, { maxBytes: MAX_BYTES }).catch(() => undefined)
    const exemptions = readExemptions(text ?? '')
    if (exemptions.ids.length > 0 || exemptions.overrides > 0) found.push({ file, ...exemptions })
  }
  return found
}

/**
 * Counts exemptions by their keys. It is no parser of TOML: nothing is hidden by what it finds, and a key inside a text or
 * a comment that it takes for one only makes the warning longer.
 */
export function readExemptions(text: string): Omit<Exemptions, 'file'> {
  const ids = [...text.matchAll(/(?<![\w-])id[ \t]*=[ \t]*["']([^"'\n]{1,200})["']/g)].map(
    (match) => match[1] ?? '',
  )
  const overrides = text.match(/(?<![\w-])PackageOverrides(?![\w-])/g) ?? []
  return { ids: [...new Set(ids)], overrides: overrides.length }
}
