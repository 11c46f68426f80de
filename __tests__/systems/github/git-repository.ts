import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { notFound, Refusal } from './refusal.ts'

const run = promisify(execFile)

export interface Signature {
  readonly name: string
  readonly email: string
  readonly date: string
}

export interface Commit {
  readonly sha: string
  readonly tree: string
  readonly parents: readonly string[]
  readonly author: Signature
  readonly committer: Signature
  readonly message: string
}

export interface TreeEntry {
  readonly mode: string
  readonly type: 'blob' | 'tree' | 'commit'
  readonly sha: string
  readonly size: number | null
  readonly path: string
}

export interface Ref {
  readonly name: string
  readonly sha: string
  readonly type: string
}

/** The empty tree, which every repository knows: what the first commit is compared with. */
const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'
const format = ['%H', '%T', '%P', '%an', '%ae', '%aI', '%cn', '%ce', '%cI', '%B'].join('%x00') + '%x00%x01'

/** Answers questions about a Git directory by running `git`; without a directory, as an empty repository. */
export class GitRepository {
  readonly #directory: string | null

  constructor(directory: string | null) {
    this.#directory = directory
  }

  /** Whether statuses and checks may be put on this commit. */
  async hasCommit(sha: string): Promise<boolean> {
    if (!isCommitId(sha)) return false
    return this.#directory === null || (await this.#find(sha, 'commit')) !== undefined
  }

  /** The commit that a SHA, a branch, a tag or a full ref stands for; undefined when there is none. */
  async resolve(name: string): Promise<string | undefined> {
    if (this.#directory === null) return isCommitId(name) ? name : undefined
    if (!isPlainName(name)) return undefined
    if (/^[0-9a-f]{7,40}$/.test(name)) {
      const found = await this.#find(name, 'commit')
      if (found !== undefined) return found
    }
    for (const candidate of [`refs/heads/${name}`, `refs/tags/${name}`, `refs/${name}`, name]) {
      if (!candidate.startsWith('refs/')) continue
      const found = await this.#find(candidate, 'commit')
      if (found !== undefined) return found
    }
    return undefined
  }

  /** Refs whose full name starts with `prefix`, e.g. `refs/heads/`. */
  async refs(prefix: string): Promise<Ref[]> {
    this.#assertNotEmpty()
    const text = await this.#git('for-each-ref', '--format=%(refname)%00%(objectname)%00%(objecttype)')
    return text
      .split('\n')
      .filter((line) => line.startsWith(prefix))
      .map((line) => {
        const [name = '', sha = '', type = ''] = line.split('\0')
        return { name, sha, type }
      })
  }

  async commit(sha: string): Promise<Commit> {
    const [commit] = await this.commits(['--max-count=1', sha])
    if (commit === undefined) throw notFound()
    return commit
  }

  /** Commits of a `git log`; `range` is options and resolved SHAs, `paths` limits it to files. */
  async commits(range: readonly string[], paths: readonly string[] = []): Promise<Commit[]> {
    this.#assertNotEmpty()
    const text = await this.#git('log', `--format=${format}`, ...range, '--', ...paths)
    return text
      .split('\x00\x01')
      .slice(0, -1)
      .map((record) => parseCommit(record.replace(/^\n/, '')))
  }

  /** How many commits are only in the first and only in the second. */
  async divergence(left: string, right: string): Promise<{ left: number; right: number }> {
    const text = await this.#git('rev-list', '--left-right', '--count', `${left}...${right}`)
    const [onlyLeft = 0, onlyRight = 0] = text.trim().split(/\s+/).map(Number)
    return { left: onlyLeft, right: onlyRight }
  }

  async mergeBase(left: string, right: string): Promise<string | undefined> {
    const found = await this.#try('merge-base', left, right)
    return found?.trim()
  }

  /** The raw output of a diff, `-z` separated; `from` undefined means from nothing. */
  diff(from: string | undefined, to: string): Promise<string> {
    return this.#git(
      'diff-tree',
      '-r',
      '-z',
      '-M',
      '--raw',
      '--numstat',
      '--no-abbrev',
      from ?? emptyTree,
      to,
    )
  }

  patch(from: string | undefined, to: string): Promise<string> {
    return this.#git('diff-tree', '-r', '-M', '-p', from ?? emptyTree, to)
  }

  /** The object at a path of a commit, or undefined; the empty path is the root. */
  async objectAt(commit: string, path: string): Promise<{ sha: string; type: string } | undefined> {
    this.#assertNotEmpty()
    const sha = await this.#try('rev-parse', '--verify', '--quiet', '--end-of-options', `${commit}:${path}`)
    return sha === undefined ? undefined : { sha: sha.trim(), type: await this.typeOf(sha.trim()) }
  }

  async typeOf(sha: string): Promise<string> {
    return ((await this.#try('cat-file', '-t', sha)) ?? 'commit').trim()
  }

  async tree(sha: string, recursive: boolean): Promise<TreeEntry[]> {
    const text = await this.#git('ls-tree', '-z', '-l', ...(recursive ? ['-r', '-t'] : []), sha)
    return text
      .split('\0')
      .slice(0, -1)
      .map((line) => {
        const [, mode = '', type = '', object = '', size = '-', path = ''] =
          /^(\d+) (\w+) (\w+)\s+(\S+)\t([^]*)$/.exec(line) ?? []
        return {
          mode,
          type: type as TreeEntry['type'],
          sha: object,
          size: size === '-' ? null : Number(size),
          path,
        }
      })
  }

  /** The tree of a commit, tree, branch or tag. */
  async treeOf(name: string): Promise<string | undefined> {
    this.#assertNotEmpty()
    return isPlainName(name) ? await this.#find((await this.resolve(name)) ?? name, 'tree') : undefined
  }

  async blob(sha: string): Promise<Buffer> {
    this.#assertNotEmpty()
    if (!/^[0-9a-f]{40}$/.test(sha) || (await this.typeOf(sha)) !== 'blob') throw notFound()
    const { stdout } = await run('git', [...this.#arguments(), 'cat-file', 'blob', sha], {
      encoding: 'buffer',
      maxBuffer: 128 << 20,
    })
    return stdout
  }

  async #find(name: string, type: string): Promise<string | undefined> {
    return (
      await this.#try('rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{${type}}`)
    )?.trim()
  }

  async #try(...command: readonly string[]): Promise<string | undefined> {
    try {
      return await this.#git(...command)
    } catch (error) {
      // Git's own "no such object" is 1 or 128; anything else is a fault of the machine.
      if ([1, 128].includes((error as { code: number }).code)) return undefined
      throw error
    }
  }

  async #git(...command: readonly string[]): Promise<string> {
    const { stdout } = await run('git', [...this.#arguments(), ...command], { maxBuffer: 128 << 20 })
    return stdout
  }

  #arguments(): string[] {
    return [`--git-dir=${this.#directory ?? ''}`, '-c', 'core.quotePath=false']
  }

  #assertNotEmpty(): void {
    if (this.#directory === null) throw new Refusal(409, 'Git Repository is empty.')
  }
}

/** 40 hex digits; all zeros are Git's name for no object, and GitHub's answer to it is that of an unknown commit. */
function isCommitId(name: string): boolean {
  return /^[0-9a-f]{40}$/.test(name) && !/^0+$/.test(name)
}

/** No revision operators and no options: what a client may call a commit. */
function isPlainName(name: string): boolean {
  return name !== '' && !/^-|\.\.|@\{|[\s~^:?*[\\\x00-\x1f\x7f]/.test(name)
}

function parseCommit(record: string): Commit {
  const [
    sha = '',
    tree = '',
    parents = '',
    an = '',
    ae = '',
    ad = '',
    cn = '',
    ce = '',
    cd = '',
    message = '',
  ] = record.split('\0')
  return {
    sha,
    tree,
    parents: parents.split(' ').filter(Boolean),
    author: { name: an, email: ae, date: toSeconds(new Date(ad)) },
    committer: { name: cn, email: ce, date: toSeconds(new Date(cd)) },
    message: message.trimEnd(),
  }
}

/** GitHub's form of a time: UTC, whole seconds. */
export function toSeconds(time: Date): string {
  return time.toISOString().replace(/\.\d{3}Z$/, 'Z')
}
