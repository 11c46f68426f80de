import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A Git repository in a temporary folder, for tests of what is read from Git. */
export interface GitFixture {
  /** The folder of `.git`: what `createRepository({ gitDir })` takes. */
  readonly gitDir: string
  /** Writes files (null removes one, `{ link }` makes a symbolic link), commits, and gives the SHA. */
  commit(message: string, files: Readonly<Record<string, string | null | { link: string }>>): string
  git(...command: readonly string[]): string
  remove(): void
}

export function createGitFixture(): GitFixture {
  const folder = mkdtempSync(join(tmpdir(), 'stagegate-git-'))
  const git = (...command: readonly string[]): string =>
    execFileSync('git', ['-C', folder, ...command], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
    }).trim()
  git('init', '--quiet', '--initial-branch=main')
  git('config', 'user.name', 'Ada')
  git('config', 'user.email', 'ada@example.com')
  return {
    gitDir: join(folder, '.git'),
    git,
    commit: (message, files) => {
      for (const [path, content] of Object.entries(files)) {
        const full = join(folder, path)
        rmSync(full, { force: true })
        if (content === null) continue
        mkdirSync(dirname(full), { recursive: true })
        if (typeof content === 'string') writeFileSync(full, content)
        else symlinkSync(content.link, full)
      }
      git('add', '--all')
      git('commit', '--quiet', '--allow-empty', `--message=${message}`)
      return git('rev-parse', 'HEAD')
    },
    remove: () => {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
