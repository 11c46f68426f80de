import type { Config } from '../../config/config.ts'
import { StagegateError, toStagegateError } from '../../errors/index.ts'
import type { StepContext } from '../../pipeline/index.ts'
import type { Systems } from '../systems.ts'

/** A line of a job's `permissions`. */
export interface Permission {
  readonly name: 'contents' | 'actions' | 'checks' | 'statuses' | 'deployments' | 'packages' | 'id-token'
  readonly level: 'read' | 'write'
}

/** One thing that a planned stage needs of somebody else, and whether this run has it. */
export interface Access {
  /** The stage that needs it; `every stage` for what all of them use. */
  readonly stage: string
  readonly needs: string
  readonly has: 'yes' | 'no' | 'unknown'
  /** What is known of it: the version that answers, why it is missing. */
  readonly detail: string
  /** What becomes of the run without it; empty where nothing is missing. */
  readonly consequence: string
  /** The permission of the job that gives it. */
  readonly permission?: Permission
  /** Set where the run cannot do without it. */
  readonly error?: StagegateError
}

/** Something that preflight tries. Each one is a step of its own, and all are tried at the same time. */
export interface Check {
  /** The step's id. */
  readonly id: string
  /** The row that stands for it when it came to no answer. */
  readonly stage: string
  readonly needs: string
  /** Pure: whether the planned stages need it, or why not. */
  plan(config: Config): CheckPlan
  /** Asks, changes nothing, and gives back what it was given. */
  ask(config: Config, systems: Systems, step: StepContext): Promise<readonly Access[]>
}

export type CheckPlan =
  | { readonly run: true; readonly summary: string; readonly critical?: false }
  | { readonly run: false; readonly reason: string }

/** Whether this call runs a stage. */
export function isAsked({ selection }: Config, stage: string): boolean {
  return selection.stages?.includes(stage) ?? true
}

/** One row for something that the run cannot do without: it is tried, and what is thrown says that it is missing. */
export async function tryAccess(
  row: Pick<Access, 'stage' | 'needs' | 'permission'>,
  signal: AbortSignal,
  attempt: () => Promise<string>,
): Promise<Access> {
  try {
    return { ...row, has: 'yes', detail: await attempt(), consequence: '' }
  } catch (thrown) {
    if (signal.aborted) throw thrown
    return missing(row, toStagegateError(thrown))
  }
}

/** How Vault and the cluster say that they know the run, and do not let it in. */
const refusals: ReadonlySet<string> = new Set([
  'E_VAULT_LOGIN_DENIED',
  'E_VAULT_FORBIDDEN',
  'E_KUBE_AUTH',
  'E_KUBE_FORBIDDEN',
])

/**
 * One row for a login. Outside the environment the run's identity lacks a claim that the deployment's will have: there a
 * refusal tells nothing, and the run goes on.
 *
 * @param byIdentity whether the run's OIDC token is what logs in
 */
export async function tryLogin(
  row: Pick<Access, 'stage' | 'needs'>,
  { selection }: Config,
  byIdentity: boolean,
  signal: AbortSignal,
  attempt: () => Promise<string>,
): Promise<Access> {
  const { error, ...tried } = await tryAccess(row, signal, attempt)
  if (error === undefined) return tried
  if (selection.outsideEnvironment !== true || !byIdentity || !refusals.has(error.code))
    return { ...tried, error }
  return {
    ...tried,
    has: 'unknown',
    consequence: 'refused without the claim environment; the job deploy asks again',
  }
}

/** What the table says where an answer needs a secret that only the job in the environment may have. */
const ASKED_AGAIN = 'not known here; the job deploy asks again'

/** One row for what cannot be tried without a secret that this call has not got; undefined where it has it. */
export function unknownHere(
  row: Pick<Access, 'stage' | 'needs'>,
  { selection }: Config,
  what: 'cluster' | 'vault',
  secret: string,
): Access | undefined {
  if (selection.unknownHere?.includes(what) !== true) return undefined
  const detail = `this job has no ${secret}; a secret of the environment reaches the job deploy alone`
  return { ...row, has: 'unknown', detail, consequence: ASKED_AGAIN }
}

/** A row that was refused, where the secret that would have been accepted may be the environment's. */
export function unlessUnknownHere(row: Access, { selection }: Config, what: 'configs'): Access {
  if (selection.unknownHere?.includes(what) !== true || row.error?.code !== 'E_CONFIG_GIT_ACCESS') return row
  const { error, ...rest } = row
  return { ...rest, has: 'unknown', detail: `${error.code}: ${error.message}`, consequence: ASKED_AGAIN }
}

/** The row of something that the run cannot do without and has not got. */
export function missing(row: Pick<Access, 'stage' | 'needs' | 'permission'>, error: StagegateError): Access {
  return {
    ...row,
    has: error.blame === 'remote' ? 'unknown' : 'no',
    detail: `${error.code}: ${error.message}`,
    consequence: 'the run stops here',
    error,
  }
}
