import { join } from 'node:path'
import type { PartialDescription } from './description.ts'

/** The variables by which tools find the testbed; `PATH` keeps what it has behind the testbed's programs. */
export function planEnvironment(described: PartialDescription, path: string): Record<string, string> {
  const {
    bin,
    docker,
    buildkit,
    registry,
    kubernetes,
    postgres,
    vault,
    oidc,
    github,
    scanners,
    certificates,
  } = described
  return {
    ...(bin === undefined ? {} : { PATH: path.split(':').includes(bin) ? path : `${bin}:${path}` }),
    ...(certificates && { STAGEGATE_TESTBED_CA: certificates.authority }),
    ...(docker && {
      DOCKER_HOST: docker.host,
      DOCKER_CONFIG: docker.config,
      BUILDX_CONFIG: join(docker.config, 'buildx'),
    }),
    ...(buildkit && { BUILDX_BUILDER: buildkit.builder }),
    ...(registry && {
      REGISTRY: registry.address,
      REGISTRY_USERNAME: registry.username,
      REGISTRY_PASSWORD: registry.password,
    }),
    ...(kubernetes && { KUBECONFIG: kubernetes.kubeconfig }),
    ...(postgres && {
      PGHOST: postgres.host,
      PGPORT: String(postgres.port),
      PGDATABASE: postgres.database,
      PGUSER: postgres.app.username,
      PGPASSWORD: postgres.app.password,
    }),
    ...(vault && {
      VAULT_ADDR: vault.url,
      VAULT_CACERT: vault.authority,
      BAO_ADDR: vault.url,
      BAO_CACERT: vault.authority,
    }),
    ...(oidc && { STAGEGATE_TESTBED_OIDC: oidc.issuer }),
    ...(github && { GITHUB_API_URL: github.url }),
    ...(scanners && {
      OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY: scanners.osvDatabase,
      // Semgrep asks its home for a newer version at every start, and waits 100 s where that host cannot be reached.
      SEMGREP_ENABLE_VERSION_CHECK: '0',
      SEMGREP_SEND_METRICS: 'off',
    }),
  }
}

/** Lines for `eval`: single quotes hold every character but themselves. */
export function renderExports(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`)
    .join('\n')
}
