import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { planEnvironment } from '../../script/lib/testbed/environment.ts'
import { request } from '../../script/lib/testbed/http.ts'
import { basicAuthorization } from '../../script/lib/testbed/parts/registry.ts'
import type { TestbedDescription } from '../../script/lib/testbed/description.ts'

const service = 'ai-gen-service'

/** Looks at the staging environment past Stagegate: as its administrator, with the tools that people use. */
export class Staging {
  protected readonly lockName = `stagegate-${service}-lock`
  readonly #testbed: TestbedDescription

  constructor(testbed: TestbedDescription) {
    this.#testbed = testbed
  }

  /** Takes away what earlier runs deployed, so that the next one starts from nothing. */
  empty(): void {
    this.kubectl('delete', 'deployment,service', service, '--ignore-not-found', '--cascade=foreground')
    this.kubectl('delete', 'configmap/ai-gen-config', 'secret/ai-gen-secrets', '--ignore-not-found')
    this.kubectl('delete', 'job,lease,secret,configmap', '-l', 'app.kubernetes.io/managed-by=stagegate')
    this.#sql('DROP TABLE IF EXISTS generations, flyway_schema_history CASCADE')
    rmSync('/var/lib/ai-gen', { recursive: true, force: true })
  }

  /** Who holds the lock of the service; empty when it is free. */
  lockHolder(): string {
    const found = this.kubectl(
      ...['get', 'lease', this.lockName, '--ignore-not-found'],
      ...['-o', 'jsonpath={.spec.holderIdentity}'],
    )
    return found
  }

  /** The digests that the ready pods of the service run, each once. */
  runningDigests(): readonly string[] {
    const { items } = JSON.parse(
      this.kubectl('get', 'pods', '-l', `app.kubernetes.io/name=${service}`, '-o', 'json'),
    ) as PodList
    const ready = items.filter(
      ({ metadata, status }) =>
        metadata.deletionTimestamp === undefined && status.containerStatuses?.every((each) => each.ready),
    )
    const images = ready.flatMap(({ status }) => status.containerStatuses?.map((each) => each.imageID) ?? [])
    return [...new Set(images.map((image) => image.replace(/^.*@/, '')))]
  }

  /** The answer of the running service to GET /healthz. */
  health(): Readonly<Record<string, unknown>> {
    const path = `/api/v1/namespaces/${this.#testbed.kubernetes.namespace}/services/${service}:80/proxy/healthz`
    return JSON.parse(this.kubectl('get', '--raw', path)) as Record<string, unknown>
  }

  /** Kind, name and version of every object of the namespace that a deployment could have changed. */
  objects(): string {
    const columns = 'KIND:.kind,NAME:.metadata.name,VERSION:.metadata.resourceVersion'
    const kinds = 'deployment,service,configmap,secret,job,pod,lease'
    return this.kubectl('get', kinds, '--no-headers', '-o', `custom-columns=${columns}`)
  }

  /** The versions that Flyway's history of the database has, oldest first. */
  schemaVersions(): readonly string[] {
    const text = this.#sql('SELECT version FROM flyway_schema_history WHERE success ORDER BY installed_rank')
    return text.split('\n').filter((line) => line !== '')
  }

  /** The digest that a tag of the service's repository has; undefined when there is no such tag. */
  async taggedDigest(tag: string, name = `acme/${service}`): Promise<string | undefined> {
    const { address, username, password } = this.#testbed.registry
    const answer = await request(`http://${address}/v2/${name}/manifests/${tag}`, {
      headers: {
        authorization: basicAuthorization(username, password),
        accept: 'application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json',
      },
    })
    return answer.status === 404 ? undefined : String(answer.headers['docker-content-digest'])
  }

  /** The values of the service's own secret. */
  async secretValues(): Promise<readonly string[]> {
    const { data } = await this.vault('GET', 'secret/data/staging/ai-gen')
    return Object.values((data as { data: Record<string, string> }).data)
  }

  /** What Vault still has open of all runs: database users, and logins beside the administrator's. */
  async openInVault(): Promise<readonly string[]> {
    const list = async (path: string): Promise<readonly string[]> =>
      ((await this.vault('LIST', path)).data as { keys?: string[] } | undefined)?.keys ?? []
    return [
      ...(await list('sys/leases/lookup/database/creds/migrator')),
      ...(await list(`sys/leases/lookup/auth/${this.#testbed.vault.authMount}/login`)),
    ]
  }

  protected async vault(method: string, path: string, body?: object): Promise<{ readonly data?: unknown }> {
    const { url, authority, rootToken } = this.#testbed.vault
    const headers = { 'x-vault-token': rootToken }
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const answer = await request(`${url}/v1/${path}`, { method, authority, headers, ...sent })
    if (answer.status !== 200 && answer.status !== 404) throw new Error(`${path}: ${answer.status}`)
    return JSON.parse(answer.body) as { data?: unknown }
  }

  /** kubectl in the namespace, as its administrator; what it prints. */
  kubectl(...args: readonly string[]): string {
    const argv = ['--namespace', this.#testbed.kubernetes.namespace, ...args]
    return this.#run(join(this.#testbed.bin, 'kubectl'), argv)
  }

  #sql(statement: string): string {
    const { argv, env } = this.sqlClient()
    return this.#run('psql', [...argv, '--command', statement], env)
  }

  /** Arguments and environment of psql as the database's superuser. */
  protected sqlClient(): {
    readonly argv: readonly string[]
    readonly env: Record<string, string | undefined>
  } {
    const { superuser } = this.#testbed.postgres
    return {
      argv: ['--no-psqlrc', '--quiet', '--tuples-only', '--no-align'],
      env: this.#environment({ PGUSER: superuser.username, PGPASSWORD: superuser.password }),
    }
  }

  #environment(extra: Readonly<Record<string, string>> = {}): Record<string, string | undefined> {
    return { ...process.env, ...planEnvironment(this.#testbed, process.env.PATH ?? ''), ...extra }
  }

  #run(program: string, argv: readonly string[], env = this.#environment()): string {
    return execFileSync(program, argv, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'pipe'] }).trim()
  }
}

interface PodList {
  readonly items: readonly {
    readonly metadata: { readonly deletionTimestamp?: string }
    readonly status: {
      readonly containerStatuses?: readonly { readonly ready: boolean; readonly imageID: string }[]
    }
  }[]
}
