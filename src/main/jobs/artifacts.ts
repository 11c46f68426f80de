import { randomBytes } from 'node:crypto'
import type { Artifacts } from '../../systems/artifacts/artifacts.ts'
import type { Console } from '../console.ts'

/** The artifacts of the run; their client is loaded only in a job that hands over. */
export async function openArtifacts(
  { http, clock, secrets }: Pick<Console, 'http' | 'clock' | 'secrets'>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Artifacts> {
  secrets.add(env.ACTIONS_RUNTIME_TOKEN ?? '')
  const { createArtifacts } = await import('../../systems/artifacts/create-artifacts.ts')
  const random = (digits: number): string =>
    randomBytes(Math.ceil(digits / 2))
      .toString('hex')
      .slice(0, digits)
  return createArtifacts({ http, env, clock, random })
}
