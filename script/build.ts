/**
 * Builds the bundles of the step and of `post`: `tsc` to lib/, `ncc` on its output, then every chunk minified. `--check` builds beside it and fails
 * unless dist/ is byte for byte what the sources build.
 */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { transformSync } from 'esbuild'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/**
 * Packages whose modules have no side effects but do not say so. Without it the bundler keeps all of them: 21 MB instead
 * of 2 MB, most of it Kubernetes models that nothing calls.
 */
const PURE = ['@kubernetes/client-node']

function main(): void {
  const check = process.argv.includes('--check')
  const out = check ? join(root, 'lib', 'check') : join(root, 'dist')
  rmSync(join(root, 'lib'), { recursive: true, force: true })
  rmSync(out, { recursive: true, force: true })
  run('typescript/bin/tsc', '-p', 'tsconfig.build.json')
  PURE.forEach(markPure)
  bundle('lib/index.js', out, '--license', 'licenses.txt')
  // A program of its own, not the same with another argument: it must never take itself for the step.
  bundle('lib/post-index.js', join(out, 'post'))
  for (const name of list(out).filter((each) => each.endsWith('.js'))) minify(join(out, name))
  if (check) compare(out, join(root, 'dist'))
  else report(out)
}

function bundle(entry: string, out: string, ...args: readonly string[]): void {
  run('@vercel/ncc/dist/ncc/cli.js', 'build', entry, '-o', out, '--target', 'es2024', ...args)
}

function run(script: string, ...args: readonly string[]): void {
  execFileSync(process.execPath, [join(root, 'node_modules', script), ...args], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

function markPure(name: string): void {
  const path = join(root, 'node_modules', name, 'package.json')
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return
  }
  const json = JSON.parse(text) as Record<string, unknown>
  if (json.sideEffects === false) return
  writeFileSync(path, `${JSON.stringify({ ...json, sideEffects: false }, null, 2)}\n`)
}

/** Names of classes stay: they are in error messages. */
function minify(path: string): void {
  const { code } = transformSync(readFileSync(path, 'utf8'), {
    minify: true,
    keepNames: true,
    format: 'esm',
    target: 'node24',
    legalComments: 'none',
  })
  writeFileSync(path, code)
}

function compare(fresh: string, committed: string): void {
  const names = new Set([...list(fresh), ...list(committed)])
  const stale = [...names].filter((name) => read(join(fresh, name)) !== read(join(committed, name)))
  if (stale.length > 0) {
    process.stderr.write(
      `dist/ is not what the sources build: ${stale.join(', ')}. Run "npm run build" and commit dist/.\n`,
    )
    process.exitCode = 1
  }
}

/** Paths of the files in a folder and below it. */
function list(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
  } catch {
    return []
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return undefined
  }
}

function report(out: string): void {
  const files = list(out).map((name) => ({ name, bytes: readFileSync(join(out, name)).length }))
  const total = files.reduce((sum, file) => sum + file.bytes, 0)
  process.stdout.write(`dist/: ${files.length} files, ${(total / 1e6).toFixed(2)} MB\n`)
}

main()
