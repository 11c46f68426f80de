import type { Config } from './config.ts'

/** The steps of the build that leave something in the workspace; lint and static analysis only judge what is there. */
const leaving = ['prepare', 'compile'] as const

/** The configured steps of the build whose results later stages find in their workspace. Pure. */
export function stepsBuiltBefore({ build }: Pick<Config, 'build'>): readonly ('prepare' | 'compile')[] {
  return leaving.filter((step) => build[step].configured)
}

/**
 * Whether a stage, or one scanner of it, uses what the build has left in the workspace: tests run it, the image may copy
 * it, and of the scanners only the one that starts the service. A deployment takes its files from the commit. Pure.
 */
export function usesBuild({ scan }: Pick<Config, 'scan'>, stage: string, scanner?: string): boolean {
  if (stage === 'test' || stage === 'image') return true
  return stage === 'scan' && scan.dast.configured && (scanner ?? 'dast') === 'dast'
}
