import type { StagegateError } from './stagegate-error.ts'

/** Where the codes are explained; each code is an anchor. */
export const DOCS_URL = 'https://github.com/stagegate/stagegate/blob/main/docs'

/**
 * An error as people read it in the log and in the summary: what happened in which step, the evidence, what is
 * left behind, one next step, and the code with its page.
 *
 * @param where stage and step, such as `deploy.rollout`
 */
export function renderError(error: StagegateError, where: string): string {
  const lines = [`${where}: ${error.message}`, ...error.evidence.map((line) => `  ${line}`)]
  if (error.state !== undefined) lines.push(error.state)
  lines.push(`Next: ${error.next}`, `${error.code} ${DOCS_URL}/errors.md#${error.code.toLowerCase()}`)
  return lines.join('\n')
}
