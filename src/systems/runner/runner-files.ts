import { randomUUID } from 'node:crypto'
import { EOL } from 'node:os'
import { GuardedFile } from './guarded-file.ts'

/** The files through which the runner takes outputs, state for `post`, and the summary. */
export interface RunnerFiles {
  /**
   * Whether this user can write all of them, before any work is done whose outcome they are to take.
   *
   * @throws StagegateError E_RUNNER_FILES
   */
  check(): Promise<void>
  /** Never a secret: outputs are readable by every later step. */
  setOutput(name: string, value: string): Promise<void>
  /** For `post`, which reads it as `STATE_<name>`. Never a secret: anything in the job can read it. */
  saveState(name: string, value: string): Promise<void>
  /** Markdown, whole: replaces what this step wrote before. GitHub shows nothing at all above 1 MiB. */
  writeSummary(markdown: string): Promise<void>
  /**
   * Makes every file of the runner what this step has written, and tells what else was in them: one line for each file
   * that somebody else wrote, none where nobody did (threat T7).
   */
  restore(): Promise<readonly string[]>
}

/** Every file that the runner reads when a step has ended. */
const names = ['GITHUB_ENV', 'GITHUB_PATH', 'GITHUB_OUTPUT', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY'] as const

/**
 * The files that the runner names in the environment; where a variable is not set, there is no runner, and nothing is
 * written. What is in them now is the runner's. The format is the one of `@actions/core`, whose index would cost 50 ms to
 * load.
 *
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#multiline-strings
 */
export function createRunnerFiles(env: Readonly<Record<string, string | undefined>>): RunnerFiles {
  const files = new Map(
    names.flatMap((name) => {
      const path = env[name] ?? ''
      return path === '' ? [] : [[name, new GuardedFile(path, name)] as const]
    }),
  )
  const append = async (file: (typeof names)[number], name: string, value: string): Promise<void> => {
    await files.get(file)?.append(renderVariable(name, value, `stagegate_${randomUUID()}`))
  }
  return {
    async check() {
      for (const file of files.values()) await file.check()
    },
    setOutput: (name, value) => append('GITHUB_OUTPUT', name, value),
    saveState: (name, value) => append('GITHUB_STATE', name, value),
    async writeSummary(markdown) {
      await files.get('GITHUB_STEP_SUMMARY')?.replace(markdown)
    },
    async restore() {
      const foreign = await Promise.all(
        [...files].map(async ([name, file]) => {
          const found = await file.restore()
          return found === undefined ? [] : [`${name}: ${found}`]
        }),
      )
      return foreign.flat()
    },
  }
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
