import { StagegateError } from '../../../../errors/index.ts'
import type { Processes } from '../../../runner/processes.ts'

/** The programs that turn a source into manifests, and where they come from. */
const programs = {
  kubectl: 'https://kubernetes.io/docs/tasks/tools/ (GitHub-hosted runners have it)',
  helm: 'https://helm.sh/docs/intro/install/ (GitHub-hosted runners have it), or azure/setup-helm',
  sops: 'https://github.com/getsops/sops/releases, version 3.10 or newer',
} as const

/** Absolute path of a program on the PATH. @throws StagegateError E_TOOL_MISSING */
export async function findProgram(
  processes: Processes,
  program: keyof typeof programs,
  purpose: string,
): Promise<string> {
  const path = await processes.find(program)
  if (path !== undefined) return path
  throw new StagegateError('E_TOOL_MISSING', {
    message: `${program} is not on the PATH; ${purpose} needs it.`,
    state: 'Nothing was applied.',
    next: `Install it in a step before Stagegate: ${programs[program]}`,
  })
}
