import { randomUUID } from 'node:crypto'
import { appendFile, writeFile } from 'node:fs/promises'
import { EOL } from 'node:os'

/** The files through which the runner takes outputs, state for `post`, and the summary. */
export interface RunnerFiles {
  /** Never a secret: outputs are readable by every later step. */
  setOutput(name: string, value: string): Promise<void>
  /** For `post`, which reads it as `STATE_<name>`. Never a secret: anything in the job can read it. */
  saveState(name: string, value: string): Promise<void>
  /** Markdown, whole: replaces what this step wrote before. GitHub shows nothing at all above 1 MiB. */
  writeSummary(markdown: string): Promise<void>
}

/**
 * Files named by GITHUB_OUTPUT, GITHUB_STATE and GITHUB_STEP_SUMMARY; where a variable is not set, there is no runner,
 * and nothing is written. The format is the one of `@actions/core`, whose index would cost 50 ms to load.
 *
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#multiline-strings
 */
export function createRunnerFiles(env: Readonly<Record<string, string | undefined>>): RunnerFiles {
  return {
    setOutput: (name, value) => appendVariable(env.GITHUB_OUTPUT, name, value),
    saveState: (name, value) => appendVariable(env.GITHUB_STATE, name, value),
    async writeSummary(markdown) {
      const path = env.GITHUB_STEP_SUMMARY
      if (path !== undefined && path !== '') await writeFile(path, markdown)
    },
  }
}

async function appendVariable(path: string | undefined, name: string, value: string): Promise<void> {
  if (path === undefined || path === '') return
  await appendFile(path, renderVariable(name, value, `stagegate_${randomUUID()}`))
}

/**
 * `name<<delimiter`, the value, the delimiter. The delimiter is random, so that no value can end itself and set another
 * variable (CVE-2022-35954); one that holds it all the same is refused.
 */
export function renderVariable(name: string, value: string, delimiter: string): string {
  if (!/^[A-Za-z_][\w-]*$/.test(name)) throw new Error(`${JSON.stringify(name)} is no name for a variable`)
  if (value.includes(delimiter)) throw new Error(`The value of ${name} holds its own delimiter`)
  return `${name}<<${delimiter}${EOL}${value}${EOL}${delimiter}${EOL}`
}
