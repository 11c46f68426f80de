const MARK = / nosem(?:grep)?/i

/** A comment in the code that tells semgrep to drop a finding. */
export interface Mark {
  /** The rules that it is for; empty for all of them. */
  readonly ids: readonly string[]
  /** Whether nothing but signs stands before it, whatever the language's comments look like: it is for the next line then. */
  readonly standsAlone: boolean
}

/**
 * The mark in a line: `nosemgrep` or `nosem`, with `: rule, rule` or without
 * (https://semgrep.dev/docs/ignoring-files-folders-code).
 */
export function readMark(line: string): Mark | undefined {
  const found = MARK.exec(line)
  if (found === null) return undefined
  const after = line.slice(found.index + found[0].length)
  return {
    ids: /^[:=]/.test(after) ? after.slice(1).split(/[,\s]/).filter(Boolean) : [],
    standsAlone: !/[a-z0-9]/i.test(line.slice(0, found.index)),
  }
}

/** Whether a mark is for a rule. Semgrep's ids have the folder of the rule's file before them, or not. */
export function isFor({ ids }: Mark, rule: string): boolean {
  return (
    ids.length === 0 || ids.some((id) => id === rule || rule.endsWith(`.${id}`) || id.endsWith(`.${rule}`))
  )
}
