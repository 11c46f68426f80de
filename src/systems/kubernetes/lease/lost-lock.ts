import { StagegateError } from '../../../errors/index.ts'
import { holderOf, isMarkedBy, type LeaseNames, type LeaseRecord } from './lease-record.ts'

/** Why a lock that was held is held no more, from what is stored now. `undefined` as record: there is none. */
export function explainLoss(names: LeaseNames, found: LeaseRecord | undefined): StagegateError {
  const lock = `The lock ${names.namespace}/${names.name}`
  const holder = found && holderOf(found)
  if (found === undefined) return removed(`${lock} was deleted while the run held it.`)
  if (!isMarkedBy(found, names.hold)) {
    const now = holder === undefined ? 'another run has held it since' : `${holder} holds it now`
    return new StagegateError('E_LOCK_LOST', { message: `${lock} was lost: ${now}.` })
  }
  if (holder === undefined) return removed(`${lock} was freed by somebody while the run held it.`)
  return new StagegateError('E_LOCK_LOST', {
    message: `${lock} was lost: somebody has changed its holder, ${holder} holds it now.`,
  })
}

/** Whether nobody else has taken the lock, as far as its holder knew when it was lost. */
export function mayBeRegained(reason: unknown): boolean {
  return reason instanceof StagegateError && reason.code !== 'E_LOCK_LOST'
}

/** Codes of a lock whose loss is certain: no further renewal is tried. */
export function isCertainLoss(thrown: unknown): thrown is StagegateError {
  return thrown instanceof StagegateError && ['E_LOCK_LOST', 'E_LOCK_REMOVED'].includes(thrown.code)
}

export function unreachable(names: LeaseNames, milliseconds: number, why: string): StagegateError {
  return new StagegateError('E_LOCK_UNREACHABLE', {
    message: `The lock ${names.namespace}/${names.name} could not be renewed for ${Math.round(milliseconds / 1000)} s and is given up: ${why}`,
  })
}

function removed(message: string): StagegateError {
  return new StagegateError('E_LOCK_REMOVED', { message })
}
