import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile, readFile, mkdir, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readTestbed } from '../../script/lib/testbed/description.ts'
import { planEnvironment } from '../../script/lib/testbed/environment.ts'
import { request } from '../../script/lib/testbed/http.ts'
import { basicAuthorization } from '../../script/lib/testbed/parts/registry.ts'

const execute = promisify(execFile)
const testbed = readTestbed()
const env = { ...process.env, ...planEnvironment(testbed, process.env.PATH ?? '') }

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stagegate-testbed-test-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

/** A run's token as the action gets it: a job is started, then its request token is exchanged for the audience. */
async function idToken(audience: string, claims: Record<string, unknown> = {}): Promise<string> {
  const { authority } = testbed.certificates
  const job = await request(testbed.oidc.jobs, {
    method: 'POST',
    authority,
    body: JSON.stringify({
      claims: { repository: 'acme/ai-gen-service', sha: 'a'.repeat(40), environment: 'staging', ...claims },
      permissions: { 'id-token': 'write' },
    }),
  })
  const { requestToken, requestUrl } = JSON.parse(job.body) as { requestToken: string; requestUrl: string }
  const answer = await request(`${requestUrl}&audience=${encodeURIComponent(audience)}`, {
    authority,
    headers: { authorization: `bearer ${requestToken}` },
  })
  return (JSON.parse(answer.body) as { value: string }).value
}

async function kubectl(...argv: string[]): Promise<string> {
  return (await execute('kubectl', argv, { env })).stdout
}

async function askCluster(path: string, token: string) {
  const { server, authority } = testbed.kubernetes
  return request(`${server}${path}`, { authority, headers: { authorization: `Bearer ${token}` } })
}

async function logIn(claims: Record<string, unknown> = {}) {
  const { url, authority, role, audience, authMount } = testbed.vault
  const body = JSON.stringify({ role, jwt: await idToken(audience, claims) })
  return request(`${url}/v1/auth/${authMount}/login`, { method: 'POST', authority, body })
}

async function readSecret(path: string) {
  const login = JSON.parse((await logIn()).body) as { auth: { client_token: string } }
  const answer = await request(`${testbed.vault.url}/v1/${path}`, {
    authority: testbed.vault.authority,
    headers: { 'x-vault-token': login.auth.client_token },
  })
  return JSON.parse(answer.body) as { data: Record<string, unknown>; lease_id: string }
}

function sql(username: string, password: string, statement: string) {
  const { host, port, database } = testbed.postgres
  const flags = ['--no-psqlrc', '--quiet', '--tuples-only', '--no-align', '--set', 'ON_ERROR_STOP=1']
  const address = ['--host', host, '--port', String(port), '--dbname', database, '--username', username]
  return execute('psql', [...flags, ...address, '--command', statement], {
    env: { ...env, PGPASSWORD: password },
  })
}

describe('the cluster', () => {
  it('runs a pod from the private registry that finds the database by its name', async () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'testbed-probe', namespace: testbed.kubernetes.namespace },
      spec: {
        restartPolicy: 'Never',
        containers: [
          {
            name: 'probe',
            image: testbed.images.node,
            command: ['node', '-e'],
            args: [
              `require('node:net').connect(${testbed.postgres.port}, '${testbed.postgres.serviceHost}')
                 .on('connect', () => { require('node:fs').writeFileSync('/tmp/connected', ''); setInterval(() => {}, 1e3) })`,
            ],
            readinessProbe: { exec: { command: ['cat', '/tmp/connected'] }, periodSeconds: 1 },
          },
        ],
      },
    }
    const file = join(folder, 'pod.json')
    await writeFile(file, JSON.stringify(pod))
    const inNamespace = ['--namespace', testbed.kubernetes.namespace]
    await kubectl(
      'delete',
      'pod',
      'testbed-probe',
      ...inNamespace,
      '--ignore-not-found',
      '--grace-period=0',
      '--force',
    )
    try {
      await kubectl('apply', '-f', file)
      const waited = await kubectl(
        'wait',
        '--for=condition=Ready',
        'pod/testbed-probe',
        ...inNamespace,
        '--timeout=120s',
      )
      expect(waited).toContain('condition met')
    } finally {
      await kubectl('delete', 'pod', 'testbed-probe', ...inNamespace, '--grace-period=1')
    }
  })

  it('knows a run by its token, as the user made of its repository and environment', async () => {
    const token = await idToken(testbed.kubernetes.audience)
    const review = await request(
      `${testbed.kubernetes.server}/apis/authentication.k8s.io/v1/selfsubjectreviews`,
      {
        method: 'POST',
        authority: testbed.kubernetes.authority,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }),
      },
    )
    const { status } = JSON.parse(review.body) as { status: { userInfo: { username: string } } }
    expect(status.userInfo.username).toBe(testbed.kubernetes.deployer)
    expect((await askCluster('/apis/apps/v1/namespaces/staging/deployments', token)).status).toBe(200)
    expect((await askCluster('/apis/coordination.k8s.io/v1/namespaces/staging/leases', token)).status).toBe(
      200,
    )
    expect((await askCluster('/api/v1/nodes', token)).status).toBe(200)
  })

  it('forbids everything to a run of another repository', async () => {
    const token = await idToken(testbed.kubernetes.audience, { repository: 'acme/other' })
    expect((await askCluster('/apis/apps/v1/namespaces/staging/deployments', token)).status).toBe(403)
  })

  it('does not know a run without the environment, nor a token for another audience', async () => {
    const elsewhere = await idToken(testbed.kubernetes.audience, { environment: 'production' })
    expect((await askCluster('/api/v1/namespaces/staging/pods', elsewhere)).status).toBe(401)
    const forVault = await idToken(testbed.vault.audience)
    expect((await askCluster('/api/v1/namespaces/staging/pods', forVault)).status).toBe(401)
  })

  it('keeps the deployer inside its namespace', async () => {
    const token = await idToken(testbed.kubernetes.audience)
    expect((await askCluster('/api/v1/namespaces/kube-system/secrets', token)).status).toBe(403)
  })
})

describe('the Vault API', () => {
  it('lets a run of the repository in, for a quarter of an hour', async () => {
    const answer = JSON.parse((await logIn()).body) as {
      auth: { lease_duration: number; policies: string[] }
    }
    expect(answer.auth.lease_duration).toBe(900)
    expect(answer.auth.policies).toContain('staging')
  })

  it('refuses a run of another repository or environment', async () => {
    expect((await logIn({ repository: 'acme/other' })).status).toBe(400)
    expect((await logIn({ environment: 'production' })).status).toBe(400)
  })

  it('gives the application its secret from both versions of KV', async () => {
    const [mount, ...rest] = testbed.vault.paths.appSecret.split('/')
    const second = await readSecret(`${mount!}/data/${rest.join('/')}`)
    const first = await readSecret(testbed.vault.paths.versionOne)
    expect(second.data.data).toMatchObject({ DB_USER: testbed.postgres.app.username })
    expect(first.data).toEqual(second.data.data)
  })

  it('makes a database user whose tables the application can use, and drops it with its lease', async () => {
    const { data, lease_id: lease } = await readSecret(testbed.vault.paths.migrator)
    const [username, password] = [String(data.username), String(data.password)]
    const { app, owner } = testbed.postgres
    try {
      await sql(username, password, 'CREATE TABLE testbed_probe (id bigserial PRIMARY KEY, note text)')
      await sql(app.username, app.password, `INSERT INTO testbed_probe (note) VALUES ('seen')`)
      const found = await sql(
        username,
        password,
        `SELECT tableowner FROM pg_tables WHERE tablename = 'testbed_probe'`,
      )
      expect(found.stdout.trim()).toBe(owner)
    } finally {
      await sql(username, password, 'DROP TABLE IF EXISTS testbed_probe')
    }
    const { url, authority, rootToken } = testbed.vault
    const revoked = await request(`${url}/v1/sys/leases/revoke`, {
      method: 'POST',
      authority,
      headers: { 'x-vault-token': rootToken },
      body: JSON.stringify({ lease_id: lease, sync: true }),
    })
    expect(revoked.status).toBe(204)
    await expect(sql(username, password, 'SELECT 1')).rejects.toThrow('authentication failed')
  })
})

describe('the registry and BuildKit', () => {
  it('build an image with a step that runs, push it with the login, and agree on its digest', async () => {
    const config = join(folder, 'docker')
    await mkdir(join(config, 'cli-plugins'), { recursive: true })
    await symlink(join(testbed.bin, 'buildx'), join(config, 'cli-plugins', 'docker-buildx'))
    const { address, username, password } = testbed.registry
    const auth = Buffer.from(`${username}:${password}`).toString('base64')
    await writeFile(join(config, 'config.json'), JSON.stringify({ auths: { [address]: { auth } } }))
    await writeFile(
      join(folder, 'Dockerfile'),
      `FROM ${testbed.images.node}\nRUN node --version > /version\n`,
    )
    const metadata = join(folder, 'metadata.json')
    const image = `${address}/testbed/probe:1`
    await execute(
      'docker',
      ['buildx', 'build', '--push', '--tag', image, '--metadata-file', metadata, folder],
      {
        env: { ...env, DOCKER_CONFIG: config },
      },
    )
    const built = JSON.parse(await readFile(metadata, 'utf8')) as Record<string, unknown>
    const manifest = await request(`http://${address}/v2/testbed/probe/manifests/1`, {
      method: 'HEAD',
      headers: {
        authorization: basicAuthorization(username, password),
        accept: 'application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json',
      },
    })
    expect(manifest.headers['docker-content-digest']).toBe(built['containerimage.digest'])
  })

  it('let nobody in without the login', async () => {
    const answer = await request(`http://${testbed.registry.address}/v2/`)
    expect(answer.status).toBe(401)
  })

  it('stand beside a Docker engine that answers', async () => {
    const { stdout } = await execute('docker', ['info', '--format', '{{.ServerVersion}}'], { env })
    expect(stdout.trim()).not.toBe('')
  })
})

describe('the test host', () => {
  it('obeys Ansible over ssh, with its key checked', async () => {
    const { inventory, privateKey, knownHosts } = testbed.host
    const { stdout } = await execute('ansible', ['nodes', '-i', inventory, '-m', 'ansible.builtin.ping'], {
      env: {
        ...env,
        ANSIBLE_PRIVATE_KEY_FILE: privateKey,
        ANSIBLE_SSH_COMMON_ARGS: `-o UserKnownHostsFile=${knownHosts} -o StrictHostKeyChecking=yes`,
      },
    })
    expect(stdout).toContain('"ping": "pong"')
  })
})

describe('the scanners', () => {
  it('find a published advisory without a network', async () => {
    const lock = {
      name: 'probe',
      version: '1.0.0',
      lockfileVersion: 3,
      packages: { '': { name: 'probe' }, 'node_modules/lodash': { version: '4.17.20' } },
    }
    const file = join(folder, 'package-lock.json')
    await writeFile(file, JSON.stringify(lock))
    const scan = execute(
      'osv-scanner',
      ['scan', 'source', '--offline', '--format', 'json', '--lockfile', file],
      { env },
    )
    const found = await scan.catch((error: unknown) => error as { stdout: string; code: number })
    expect(found).toHaveProperty('code', 1)
    expect(found.stdout).toContain('GHSA-35jh-r3h4-6jhm')
  })

  it.each(['semgrep', 'schemathesis', 'zizmor', 'actionlint', 'act'])(
    'include %s, which starts',
    async (program) => {
      const { stdout } = await execute(program, ['--version'], { env })
      expect(stdout).toMatch(/\d+\.\d+\.\d+/)
    },
  )
})

describe('the GitHub API', () => {
  it('answers as GitHub does to a call without a token', async () => {
    const answer = await request(`${testbed.github.url}/repos/acme/ai-gen-service`, {
      headers: { 'user-agent': 'testbed', accept: 'application/vnd.github+json' },
    })
    expect([401, 404]).toContain(answer.status)
  })
})
