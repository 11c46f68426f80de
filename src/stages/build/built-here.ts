import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import type { Config } from '../../config/config.ts'
import type { Stage } from '../../pipeline/index.ts'
import type { Outputs } from '../outputs.ts'
import type { Systems } from '../systems.ts'

/** Of what a build has left, so many paths are remembered. */
const MAX_LEFT = 200
/** A mark is small; a larger file was not written by us. Bytes. */
const MAX_MARK_BYTES = 1 << 20

/**
 * What a build in this workspace was of. It stands in the repository's own folder: a machine that is new, or a checkout
 * that is, has none. The commit's code could write one, and would only keep itself from being built.
 */
interface Mark {
  /** Run, attempt and job: what another job has built on the same machine may be of anything. */
  readonly job: readonly (string | number)[]
  readonly commit: string
  readonly configuration: string
  /** Files and folders beside the commit's own, relative to the workspace: all have to be there still. */
  readonly left: readonly string[]
}

type Built = Pick<Config, 'workspace' | 'folder' | 'service' | 'trigger' | 'digest' | 'build'>
type BuiltSystems = Pick<Systems, 'git' | 'files'>

/** The stage build that remembers, for later calls in the same job, that this workspace holds what it has built. */
export function rememberBuild(
  build: Stage<Outputs, 'build', 'checkout', Config, Systems>,
): Stage<Outputs, 'build', 'checkout', Config, Systems> {
  return {
    ...build,
    plan(config) {
      const decision = build.plan(config)
      if (!decision.run) return decision
      return {
        ...decision,
        async execute(needs, context) {
          const output = await decision.execute(needs, context)
          await writeMark(config, context.systems, context.signal)
          return output
        },
      }
    },
  }
}

/** Whether an earlier call of this job has built the commit here, and all that it left is still there. */
export async function isBuiltHere(
  config: Built,
  { git, files }: BuiltSystems,
  signal: AbortSignal,
): Promise<boolean> {
  const mark = await readMark(config, { git, files }, signal)
  if (mark === undefined) return false
  const { job, commit, configuration } = markOf(config, [])
  const same = JSON.stringify([mark.job, mark.commit, mark.configuration])
  if (same !== JSON.stringify([job, commit, configuration])) return false
  for (const path of mark.left) if (!(await files.exists(join(config.workspace, path)))) return false
  return true
}

/** A build that cannot be remembered is made again when it is needed: nothing fails for it. */
async function writeMark(config: Built, { git, files }: BuiltSystems, signal: AbortSignal): Promise<void> {
  try {
    const path = await git.ownFile(config.workspace, nameOf(config), signal)
    const left = await git.untracked(config.workspace, signal)
    // Reports are often removed before they are written again.
    const reports = Object.values(config.build).flatMap((step) => (step.configured ? step.reports : []))
    const ofReports = new Set(reports.map((glob) => glob.split('/')[0]))
    const lasting = left.filter((each) => !ofReports.has(each.split('/')[0]))
    await files.write(path, JSON.stringify(markOf(config, lasting.slice(0, MAX_LEFT))))
  } catch {
    signal.throwIfAborted()
  }
}

async function readMark(
  config: Built,
  { git, files }: BuiltSystems,
  signal: AbortSignal,
): Promise<Mark | undefined> {
  try {
    const path = await git.ownFile(config.workspace, nameOf(config), signal)
    const text = await files.read(dirname(path), path, { maxBytes: MAX_MARK_BYTES })
    const mark = JSON.parse(text ?? 'null') as Mark | null
    const isMark = Array.isArray(mark?.left) && mark.left.every((each) => typeof each === 'string')
    return isMark ? mark : undefined
  } catch {
    signal.throwIfAborted()
    return undefined
  }
}

function markOf({ trigger, digest }: Built, left: readonly string[]): Mark {
  const { id, attempt, job } = trigger.run
  return { job: [id, attempt, job], commit: trigger.commit, configuration: digest, left }
}

/** Several services may be built in one workspace. */
function nameOf({ folder, service }: Built): string {
  const key = createHash('sha256')
    .update(JSON.stringify([folder, service]))
    .digest('hex')
  // eslint-disable-next-line local/no-bare-cut -- a hash
  return `built-${key.slice(0, 16)}.json`
}
