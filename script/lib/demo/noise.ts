/**
 * Lines of the workflow engine that say nothing to whoever watches: masked masks, its own files, and the outputs and the
 * summary, which are shown in their own place; npm's word on a setting of this machine.
 */
export function isNoise(line: string): boolean {
  return /^\[[^\]]*\]\s+⚙ {2}\*\*\*$|LocalRepositoryCache|level=(?:info|warning)|::set-output::|::save-state::|npm warn Unknown user config/.test(
    line,
  )
}
