import type { Json } from './json-schema.ts'
import type { RepositoryCall } from './route.ts'

interface FileChange {
  readonly status: string
  readonly sha: string
  readonly path: string
  readonly previousPath: string | undefined
  readonly additions: number
  readonly deletions: number
}

const statusOfLetter: Readonly<Record<string, string>> = {
  A: 'added',
  C: 'copied',
  D: 'removed',
  M: 'modified',
  R: 'renamed',
  T: 'changed',
}

/** The files that differ between two commits, as the API shows them; `from` undefined compares with nothing. */
export async function readFiles(call: RepositoryCall, from: string | undefined, to: string): Promise<Json[]> {
  return parseDiff(await call.git.diff(from, to)).map((file) => {
    const path = file.path.split('/').map(encodeURIComponent).join('/')
    return {
      sha: file.sha,
      filename: file.path,
      status: file.status,
      additions: file.additions,
      deletions: file.deletions,
      changes: file.additions + file.deletions,
      blob_url: call.links.html(call.repository, `/blob/${to}/${path}`),
      raw_url: call.links.html(call.repository, `/raw/${to}/${path}`),
      contents_url: call.links.repository(call.repository, `/contents/${path}?ref=${to}`),
      ...(file.previousPath !== undefined && { previous_filename: file.previousPath }),
    }
  })
}

/**
 * Parses `git diff-tree -z --raw --numstat`: first `:mode mode sha sha letter`, path (twice for a rename), then the
 * same files again with `added<TAB>deleted<TAB>path` (an empty path and two more fields for a rename). A binary
 * file counts `-`, which the API shows as 0. The sha of a removed file is that of its last content.
 */
export function parseDiff(output: string): FileChange[] {
  const fields = output.split('\0').slice(0, -1)
  const changes: Omit<FileChange, 'additions' | 'deletions'>[] = []
  const counts = new Map<string, { additions: number; deletions: number }>()
  while (fields.length > 0) {
    const field = fields.shift() ?? ''
    if (field.startsWith(':')) {
      const [, , before = '', after = '', letter = ''] = field.split(' ')
      const status = statusOfLetter[letter.charAt(0)] ?? 'changed'
      const first = fields.shift() ?? ''
      const renamed = status === 'renamed' || status === 'copied'
      const path = renamed ? (fields.shift() ?? '') : first
      const sha = status === 'removed' ? before : after
      changes.push({ status, sha, path, previousPath: renamed ? first : undefined })
    } else {
      const [added = '0', deleted = '0', name = ''] = field.split('\t')
      const path = name === '' ? (fields.splice(0, 2)[1] ?? '') : name
      counts.set(path, { additions: Number(added) || 0, deletions: Number(deleted) || 0 })
    }
  }
  return changes.map((change) => ({
    ...change,
    ...(counts.get(change.path) ?? { additions: 0, deletions: 0 }),
  }))
}
