import { StagegateError } from '../../errors/index.ts'
import { strip } from '../../text/strip-end.ts'

/**
 * The segments of a path, ready for a URL: the client library puts names into URLs as they are, so that `..` would read
 * another path and `?` would add a query. Pure.
 *
 * @throws StagegateError E_VAULT_MOUNT
 */
export function encodePath(path: string): string {
  const segments = strip(path, '/').split('/')

  const bad = segments.find(
    (each) => each === '' || each === '.' || each === '..' || /[?#%\u0000-\u001f]/.test(each),
  )
  if (bad !== undefined) {
    throw new StagegateError('E_VAULT_MOUNT', {
      message: `${JSON.stringify(path)} cannot be a path in Vault.`,
      evidence: ['A part of it is empty, `.` or `..`, or has one of ? # % or a control character in it.'],
    })
  }
  return segments.map(encodeURIComponent).join('/')
}

/** How a path is read. */
export interface ReadPlan {
  /** Encoded, below `/v1/`. */
  readonly path: string
  /** Whether the values are one level down, beside metadata. */
  readonly versioned: boolean
}

/**
 * Where a secret of version 2 is read: `data/` stands after the mount, unless the path names it already. Pure.
 *
 * @param mount as Vault names it: `secret/`
 */
export function planRead(path: string, mount: string, versioned: boolean): ReadPlan {
  const encoded = encodePath(path)
  const root = encodePath(mount)
  if (!versioned) return { path: encoded, versioned }
  const rest = encoded === root ? '' : encoded.slice(root.length + 1)
  return { path: rest.startsWith('data/') ? encoded : `${root}/data/${rest}`, versioned }
}
