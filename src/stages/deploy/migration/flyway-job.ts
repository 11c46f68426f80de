import { createHash } from 'node:crypto'
import type { KubernetesObject } from '../../../systems/kubernetes/kubernetes-object.ts'
import { type MigrationFile, migrationLabels } from '../deployment.ts'

export interface FlywayJobOptions {
  readonly service: string
  readonly namespace: string
  readonly commit: string
  readonly image: string
  readonly url: string
  readonly files: readonly MigrationFile[]
  /** Variables of the step from Vault: FLYWAY_USER and FLYWAY_PASSWORD, or DB_USER and DB_PASSWORD. */
  readonly variables: Readonly<Record<string, string>>
  readonly timeoutMs: number
}

/** The Job and what it owns: the SQL as a ConfigMap, the credentials as a Secret. */
export interface MigrationJob {
  readonly job: KubernetesObject
  readonly owned: readonly KubernetesObject[]
}

/**
 * Flyway as a Job that is named by commit and content, so that the same commit finds it done. It is never tried twice by
 * itself: a migration that stopped half way is for people to judge. Pure.
 */
export function flywayJob(options: FlywayJobOptions): MigrationJob {
  const hash = contentHash(options)
  // eslint-disable-next-line local/no-bare-cut -- names of ours, and hashes
  const name = `${options.service.slice(0, 30)}-migration-${options.commit.slice(0, 8)}-${hash.slice(0, 8)}`
  const { namespace } = options
  const metadata = {
    name,
    namespace,
    labels: migrationLabels(options.service),
  }
  const fromSecret = (variable: string, key: string) => ({
    name: variable,
    valueFrom: { secretKeyRef: { name, key } },
  })
  const [user, password] = credentialKeys(options.variables)
  const job: KubernetesObject = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      ...metadata,
      annotations: { 'stagegate.dev/commit': options.commit, 'stagegate.dev/sql-sha256': hash },
    },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: Math.ceil(options.timeoutMs / 1000),
      template: {
        metadata: { labels: metadata.labels },
        spec: {
          restartPolicy: 'Never',
          automountServiceAccountToken: false,
          containers: [
            {
              name: 'flyway',
              image: options.image,
              args: [
                `-url=${options.url}`,
                '-locations=filesystem:/flyway/migration',
                '-connectRetries=10',
                '-connectRetriesInterval=5',
                'migrate',
              ],
              env: [fromSecret('FLYWAY_USER', user), fromSecret('FLYWAY_PASSWORD', password)],
              volumeMounts: [{ name: 'migration', mountPath: '/flyway/migration', readOnly: true }],
            },
          ],
          volumes: [{ name: 'migration', configMap: { name } }],
        },
      },
    },
  }
  const sql = Object.fromEntries(options.files.map((file) => [file.name, file.content]))
  const secret = Object.entries(options.variables).map(([key, value]) => [
    key,
    Buffer.from(value).toString('base64'),
  ])
  return {
    job,
    owned: [
      { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: sql },
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata,
        type: 'Opaque',
        data: Object.fromEntries(secret) as Record<string, string>,
      },
    ],
  }
}

/** Which variables hold user and password, or undefined when neither pair is there. */
export function findCredentialKeys(
  variables: Readonly<Record<string, string>>,
): readonly [string, string] | undefined {
  const pairs = [
    ['FLYWAY_USER', 'FLYWAY_PASSWORD'],
    ['DB_USER', 'DB_PASSWORD'],
  ] as const
  return pairs.find(
    ([user, password]) => Object.hasOwn(variables, user) && Object.hasOwn(variables, password),
  )
}

function credentialKeys(variables: Readonly<Record<string, string>>): readonly [string, string] {
  const found = findCredentialKeys(variables)
  if (found === undefined) throw new Error('the migration has no credentials')
  return found
}

/** What decides whether two Jobs do the same: everything but the credentials, which are new for each run. */
function contentHash(options: FlywayJobOptions): string {
  const { image, url, files } = options
  return createHash('sha256').update(JSON.stringify({ image, url, files })).digest('hex')
}
