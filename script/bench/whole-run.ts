/**
 * The whole run of the sample beside the same commands in a plain script, in the same arrangement, stage by stage. Each
 * side gets a commit and a clone of its own, in turns. The plain side has no lock, no preflight, no Vault and no record;
 * the migration is the same Job on both sides and counted there as ours took it. Needs the testbed, and a calm machine.
 *
 *     node script/bench/whole-run.ts [rounds]
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import type { BundleResult } from '../../__tests__/e2e/run-bundle.ts'
import { SampleRun } from '../../__tests__/e2e/sample-run.ts'
import { repositorySettings, runnerEnvironment } from '../lib/demo/job-environment.ts'

const stages = [
  'preflight',
  'build',
  'test',
  'scan',
  'image',
  'infrastructure',
  'manifests',
  'rollout',
] as const
const copied = ['migration'] as const
type Part = (typeof stages)[number] | (typeof copied)[number] | 'smoke'
type Times = Partial<Record<Part, number>> & { readonly all: number }

const rounds = Number(process.argv[2] ?? 3)
const run = new SampleRun()
const { testbed } = run
const env = runnerEnvironment(testbed)
const ours: Times[] = []
const plain: Times[] = []
try {
  for (let round = 1; round <= rounds; round += 1) {
    await run.commit(`Round ${round}`, [{ path: 'src/version.ts', append: `\n// ${round} ${Date.now()}\n` }])
    run.newRun()
    ours.push(timesOf(await run.call({ workspace: run.newMachine() })))
    await run.commit(`Plain ${round}`, [
      { path: 'src/version.ts', append: `\n// plain ${round} ${Date.now()}\n` },
    ])
    plain.push(await runPlain(run.newMachine(), ours.at(-1)!))
  }
} finally {
  run.close()
}
say('stage            ours      plain     difference')
for (const part of [...stages, ...copied, 'smoke' as const]) row(part, (times) => times[part] ?? 0)
row('all', ({ all }) => all)
const [own, floor] = [median(ours.map(({ all }) => all)), median(plain.map(({ all }) => all))]
const target = floor * 1.05 + 1000
say(
  `${(own / floor).toFixed(3)} times plain; the target is plain + 5% + 1 s = ${seconds(target)}: ${own <= target ? 'kept' : 'missed'}`,
)

/** By the report, and for all of it by the clock around the process. */
function timesOf({ report, exitCode, log, durationMs }: BundleResult): Times {
  if (exitCode !== 0 || report === undefined) throw new Error(log.slice(-4_000))
  interface Timed {
    readonly id: string
    readonly startedMs: number | null
    readonly endedMs: number | null
  }
  const all = report.stages as unknown as readonly (Timed & { readonly steps: readonly Timed[] })[]
  const long = (each: Timed | undefined): number => (each?.endedMs ?? 0) - (each?.startedMs ?? 0)
  const deploy = all.find(({ id }) => id === 'deploy')?.steps ?? []
  const part = (id: string): number =>
    long(all.find((each) => each.id === id) ?? deploy.find((each) => each.id === id))
  const ids: readonly Part[] = [...stages, ...copied, 'smoke']
  return { ...Object.fromEntries(ids.map((id) => [id, part(id)])), all: durationMs }
}

async function runPlain(workspace: string, like: Times): Promise<Times> {
  const { variables, secrets } = repositorySettings(testbed)
  const image = `${variables.IMAGE ?? ''}:plain-${Date.now()}`
  const { kubeconfig, namespace } = testbed.kubernetes
  const kubectl = `${join(testbed.bin, 'kubectl')} --kubeconfig ${kubeconfig} --namespace ${namespace}`
  const sh = (command: string): Promise<void> => execute(command, workspace)
  const times: Partial<Record<Part, number>> = {}
  const time = async (part: Part, act: () => Promise<unknown>): Promise<void> => {
    const started = performance.now()
    await act()
    times[part] = performance.now() - started
  }
  const started = performance.now()
  await time('build', async () => {
    await sh('npm ci')
    await Promise.all([sh('npm run build'), sh('npx eslint .'), sh('npx tsc')])
  })
  await time('test', async () => {
    await sh('npm test')
    await sh('npm run test:integration')
  })
  await time('scan', () =>
    Promise.all([
      sh(
        'semgrep scan --config semgrep/ --metrics off --disable-version-check --sarif --output /dev/null --quiet .',
      ),
      sh('osv-scanner scan source --offline --format json --output /dev/null . || test $? = 1'),
      scanService(workspace),
    ]),
  )
  await time('image', () =>
    sh(
      `${logIn(secrets.REGISTRY_PASSWORD ?? '')} && docker buildx build --quiet --provenance=false --build-arg BASE_IMAGE=${testbed.images.node} --output type=oci,dest=image,tar=false . && ${push(image, secrets.REGISTRY_PASSWORD ?? '')}`,
    ),
  )
  await time('infrastructure', () => sh(playbook()))
  await time('manifests', () =>
    sh(
      `sed -i "s#image: .*ai-gen-service.*#image: ${image}#" k8s/*.yaml && ${kubectl} apply --server-side --force-conflicts -f k8s/ > /dev/null`,
    ),
  )
  await time('rollout', () => sh(`${kubectl} rollout status deployment/ai-gen-service > /dev/null`))
  await time('smoke', () =>
    sh(
      `${kubectl} get --raw /api/v1/namespaces/${namespace}/services/ai-gen-service:80/proxy/healthz > /dev/null`,
    ),
  )
  const migration = like.migration ?? 0
  return { ...times, migration, all: performance.now() - started + migration }
}

/** In a copy of the client's settings, as `docker login` on a runner of one's own. */
function logIn(password: string): string {
  const { address, username } = testbed.registry
  return `cp -r "$DOCKER_CONFIG" ../docker && export DOCKER_CONFIG=$PWD/../docker && echo '${password}' | docker login ${address} --username '${username}' --password-stdin`
}

function playbook(): string {
  const { privateKey, knownHosts } = testbed.host
  const args = `-o UserKnownHostsFile=${knownHosts} -o ControlMaster=auto -o ControlPersist=30s`
  return `ANSIBLE_SSH_ARGS='${args}' ansible-playbook --inventory ansible/inventory.yml --private-key ${privateKey} --extra-vars '{"stagegate":{"service":"ai-gen-service","version":"1.1.0","commit":"x","environment":"staging"}}' ansible/site.yml > /dev/null`
}

/** The layout's blobs and manifest by curl: what is left of a push without a client's own checks. */
function push(image: string, password: string): string {
  const colon = image.lastIndexOf(':')
  const [repository, tag] = [image.slice(0, colon), image.slice(colon + 1)] as const
  const slash = repository.indexOf('/')
  const base = `http://${repository.slice(0, slash)}/v2/${repository.slice(slash + 1)}`
  const login = `-u '${testbed.registry.username}:${password}'`
  return [
    `manifest=$(node -p "JSON.parse(require('fs').readFileSync('image/index.json')).manifests[0].digest.slice(7)")`,
    `for blob in image/blobs/sha256/*; do digest=$(basename $blob); curl -sfI ${login} ${base}/blobs/sha256:$digest > /dev/null && continue; to=$(curl -sf ${login} -X POST -D - ${base}/blobs/uploads/ | tr -d '\\r' | sed -n 's/^[Ll]ocation: //p'); curl -sf ${login} -X PUT -H 'content-type: application/octet-stream' --data-binary @$blob "$to&digest=sha256:$digest"; done`,
    `curl -sf ${login} -X PUT -H "content-type: application/vnd.oci.image.manifest.v1+json" --data-binary @image/blobs/sha256/$manifest ${base}/manifests/${tag}`,
  ].join(' && ')
}

async function scanService(workspace: string): Promise<void> {
  const settings = { STORE: 'memory', HOST: '127.0.0.1', PORT: '8080', API_TOKEN: 'only-for-the-scan' }
  const service = spawn('node', ['dist/server.js'], {
    cwd: workspace,
    env: { ...env, ...settings },
    stdio: 'ignore',
  })
  try {
    await execute('until curl -sf http://127.0.0.1:8080/healthz > /dev/null; do sleep 0.05; done', workspace)
    await execute('schemathesis run openapi.yaml --url http://127.0.0.1:8080 > /dev/null', workspace)
  } finally {
    service.kill()
  }
}

function execute(command: string, cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child: ChildProcess = spawn('bash', ['-eo', 'pipefail', '-c', command], {
      cwd,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let stderr = ''
    child.stderr?.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-2_000)))
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve()
      else reject(new Error(`${command.slice(0, 200)}: exit ${String(code)}\n${stderr}`))
    })
  })
}

function row(name: string, pick: (times: Times) => number): void {
  const [one, other] = [median(ours.map(pick)), median(plain.map(pick))]
  say(
    `${name.padEnd(16)} ${seconds(one).padStart(8)}  ${seconds(other).padStart(8)}  ${seconds(one - other).padStart(8)}`,
  )
}

function median(of: readonly number[]): number {
  return of.toSorted((one, other) => one - other)[Math.floor(of.length / 2)] ?? Number.NaN
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
