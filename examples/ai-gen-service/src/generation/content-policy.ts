import { readFileSync } from 'node:fs'

/** Decides which prompts are refused. */
export interface ContentPolicy {
  /** The blocked word that the text contains, or undefined. */
  findBlockedWord(text: string): string | undefined
}

/**
 * Reads a policy: one blocked word a line, `#` starts a comment. Whole words are compared, without regard to case.
 * It is read once, at start; a changed file takes effect with the next rollout.
 *
 * @throws Error when the file cannot be read: a service without its policy must not answer
 */
export function readContentPolicy(path: string): ContentPolicy {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new Error(
      `the policy file ${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}`,
      {
        cause: error,
      },
    )
  }
  return parseContentPolicy(text)
}

export function parseContentPolicy(text: string): ContentPolicy {
  const blocked = new Set(
    text
      .split('\n')
      .map((line) => line.replace(/#.*$/, '').trim().toLowerCase())
      .filter((line) => line !== ''),
  )
  return {
    findBlockedWord: (prompt) => splitWords(prompt).find((word) => blocked.has(word)),
  }
}

function splitWords(text: string): string[] {
  return text.toLowerCase().split(/[^\p{L}\p{N}_-]+/u)
}
