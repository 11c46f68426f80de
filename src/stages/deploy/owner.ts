import type { Config } from '../../config/config.ts'
import { StagegateError } from '../../errors/index.ts'

/** Whose a lock or a record is. Records and locks of earlier releases do not say it. */
export interface Owner {
  /** `owner/name`, as people read it. */
  readonly repository: string
  /** GitHub's number of it, which a rename leaves as it is; undefined on servers that give none. */
  readonly repositoryId?: string
  /** Of the service, from the root of the repository; empty for the root itself. */
  readonly folder: string
}

export function ownerOf({ trigger, folder }: Pick<Config, 'trigger' | 'folder'>): Owner {
  const { repository, repositoryId } = trigger
  return { repository, ...(repositoryId === undefined ? {} : { repositoryId }), folder }
}

/** As an annotation has it. */
export function renderOwner({ repository, repositoryId, folder }: Owner): string {
  return JSON.stringify({ repository, ...(repositoryId === undefined ? {} : { repositoryId }), folder })
}

/** Undefined for a text that says of nobody whose it is. Pure. */
export function parseOwner(value: unknown): Owner | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { repository, repositoryId, folder } = value as Record<string, unknown>
  if (typeof repository !== 'string' || typeof folder !== 'string') return undefined
  return { repository, ...(typeof repositoryId === 'string' ? { repositoryId } : {}), folder }
}

/** Whose a lock is, by its annotation. Undefined without one, or where it was not written by us. */
export function readOwner(annotation: string | undefined): Owner | undefined {
  try {
    return parseOwner(JSON.parse(annotation ?? 'null'))
  } catch {
    return undefined
  }
}

/** Whether two are the same service: the same folder of the same repository, whatever that is called by now. Pure. */
export function isSameOwner(one: Owner, other: Owner): boolean {
  const isSameRepository =
    one.repositoryId !== undefined && other.repositoryId !== undefined
      ? one.repositoryId === other.repositoryId
      : one.repository.toLowerCase() === other.repository.toLowerCase()
  return isSameRepository && one.folder === other.folder
}

/**
 * Another service's lock or record is neither taken nor followed: a rollback would put its objects back in our place.
 *
 * @param what `The lock staging/stagegate-api-lock`
 * @throws StagegateError E_SERVICE_NAME_TAKEN
 */
export function refuseForeign(what: string, found: Owner | undefined, own: Owner): void {
  if (found === undefined || isSameOwner(found, own)) return
  throw new StagegateError('E_SERVICE_NAME_TAKEN', {
    message: `${what} belongs to another service of the same name: ${describe(found)}; this one is ${describe(own)}.`,
    state: 'Nothing was changed.',
  })
}

function describe({ repository, folder }: Owner): string {
  return folder === '' ? `the root of ${repository}` : `the folder ${folder} of ${repository}`
}
