import { readFile } from 'node:fs/promises'
import { StagegateError } from '../errors/index.ts'
import { parseTrigger } from './parse-trigger.ts'
import type { Trigger } from './trigger.ts'

/**
 * What started the run, from the runner's variables and the file with the event's payload.
 *
 * @throws StagegateError E_EVENT_UNSUPPORTED
 */
export async function readTrigger(env: Readonly<Record<string, string | undefined>>): Promise<Trigger> {
  const path = env.GITHUB_EVENT_PATH ?? ''
  let payload: unknown
  try {
    payload = JSON.parse(await readFile(path, 'utf8'))
  } catch (thrown) {
    throw new StagegateError('E_EVENT_UNSUPPORTED', {
      message: `The payload of the event cannot be read from GITHUB_EVENT_PATH (${path === '' ? 'not set' : path}).`,
      next: 'Run Stagegate as a step of a GitHub workflow.',
      cause: thrown,
    })
  }
  return parseTrigger(env, payload)
}
