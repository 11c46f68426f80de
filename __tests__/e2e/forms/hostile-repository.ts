import { execFileSync } from 'node:child_process'
import { copyFileSync, cpSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fullName } from '../../../script/lib/demo/github-job.ts'
import { commitAll, git } from '../../../script/lib/demo/sample-repository.ts'
import { root } from '../../workflows/workflow.ts'
import type { SecureRun } from './secure-run.ts'

/** What each place where code of the commit runs does with it: words for hostile/main.mjs. Nothing where none are given. */
export interface Hostility {
  readonly build?: string
  readonly test?: string
  /** The service that is started to be scanned, on this port. */
  readonly service?: { readonly port: number; readonly words: string }
  readonly dockerfile?: boolean
  /** Whether the static analysis runs too. */
  readonly sast?: boolean
  /** Whether the scan of the dependencies finds something. */
  readonly vulnerable?: boolean
  /** Whether the deployment reads secrets from Vault. */
  readonly secrets?: boolean
}

/** Commits code that turns against the pipeline, and pushes it to main. */
export function turnHostile(run: SecureRun, title: string, hostility: Hostility): void {
  const { folder } = run.repository
  cpSync(join(root, '__tests__', 'fixtures', 'hostile-service'), folder, { recursive: true })
  const write = (name: string, text: string): void => {
    writeFileSync(join(folder, name), text)
  }
  const small = join(root, '__tests__', 'fixtures', 'small-service')
  copyFileSync(join(small, 'Dockerfile'), join(folder, 'Dockerfile'))
  const {
    build,
    test,
    service,
    dockerfile = false,
    sast = false,
    vulnerable = false,
    secrets = false,
  } = hostility
  const node = join(run.folder, 'node')
  const hostile = (words: string | undefined): string =>
    words === undefined ? 'true' : `${node} hostile/main.mjs ${words}`
  write('forged.txt', '```json\n{"stage":"STAGE"}\n```')
  write('build.sh', `mkdir -p dist && cp index.js dist/ && ${hostile(build)}\n`)
  // The tests of this commit fail, unless somebody has changed that.
  write('test-outcome.txt', test === undefined ? '1' : '0')
  const report = `echo '<testsuite name="s"><testcase name="t" time="0.1"/></testsuite>' > reports/junit.xml`
  write('test.sh', `${hostile(test)}; mkdir -p reports\n${report}\nexit $(cat test-outcome.txt)\n`)
  const lock = readFileSync(join(small, 'package-lock.json'), 'utf8')
  write('package-lock.json', vulnerable ? lock.replaceAll('4.17.21', '4.17.20') : lock)
  if (dockerfile) writeDockerfile(run)
  write('openapi.json', JSON.stringify(openApi))
  const config = join(folder, '.github', 'stagegate.yml')
  const dast = service === undefined ? '  dast: false' : renderDast(node, service)
  const scanners = [`  sast: ${sast ? '{ tool: semgrep, config: semgrep/rules.yml }' : 'false'}`, dast]
  const read = '  secrets: [{ path: secret/staging/ai-gen, to: { kubernetes: small-service-secrets } }]'
  writeFileSync(
    config,
    readFileSync(join(small, '.github', 'stagegate.yml'), 'utf8')
      .replace(/^ {2}sast: .*$/m, scanners.join('\n'))
      .replace(/^deploy:$/m, secrets ? `deploy:\n${read}` : 'deploy:'),
  )
  commitAll(folder, title)
  git(folder, 'push', '--quiet', '--force', 'origin', 'HEAD:main')
}

const openApi = {
  openapi: '3.0.3',
  info: { title: 'small', version: '1' },
  paths: {
    '/healthz': {
      get: {
        responses: {
          200: { description: 'up', content: { 'application/json': { schema: { type: 'object' } } } },
        },
      },
    },
  },
}

function renderDast(node: string, { port, words }: NonNullable<Hostility['service']>): string {
  return [
    '  dast:',
    `    start: ${node} hostile/service.mjs ${port} ${words}`,
    `    wait-for: http://127.0.0.1:${port}/healthz`,
    '    target: openapi.json',
    // What the service answers to strange methods is not what is tested here.
    "    args: ['--checks=not_a_server_error', '--max-examples=1', '--phases=fuzzing']",
  ].join('\n')
}

/** An image that is built by a RUN of hostile code: bash and what it needs, so that no base image has to be pulled. */
function writeDockerfile(run: SecureRun): void {
  const { folder } = run.repository
  const programs = ['/bin/bash', '/bin/cat']
  const libraries = programs.flatMap((program) =>
    [...execFileSync('ldd', [program], { encoding: 'utf8' }).matchAll(/(\/\S+) \(0x/g)].map(
      ([, path = '']) => path,
    ),
  )
  for (const path of [...programs, ...new Set(libraries)]) {
    const target = join(folder, 'rootfs', path)
    mkdirSync(dirname(target), { recursive: true })
    copyFileSync(realpathSync(path), target)
  }
  const { hostname, port } = new URL(run.testbed.github.url)
  const mounts = ['GITHUB_TOKEN', 'GIT_AUTH_TOKEN', 'registry-password'].map(
    (id) => `--mount=type=secret,id=${id}`,
  )
  const lines = [
    'FROM scratch AS hostile',
    'COPY rootfs /',
    'COPY . /context',
    `ENV API_HOST=${hostname} API_PORT=${port} REPOSITORY=${fullName} COMMIT=${'0'.repeat(40)}`,
    `RUN ${mounts.join(' ')} --mount=type=ssh ["/bin/bash", "/context/hostile/run.sh"]`,
    'FROM scratch',
    'COPY --from=hostile /loot.txt /deeds.txt /',
    'COPY pause index.js /',
    'USER 10001:10001',
    'CMD ["/pause"]',
  ]
  writeFileSync(join(folder, 'Dockerfile'), lines.join('\n') + '\n')
}
