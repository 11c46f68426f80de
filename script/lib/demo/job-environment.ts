import { existsSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestbedDescription } from '../testbed/description.ts'

const root = dirname(dirname(dirname(import.meta.dirname)))

/** Variables of whoever runs the script that a runner's own machine would not have. */
const OURS =
  /^(?:GITHUB_|ACTIONS_|INPUT_|STATE_|RUNNER_|VITEST|VITE_|TEST$|MODE$|PROD$|DEV$|SSR$|BASE_URL$|NODE_(?!EXTRA_CA)|npm_|GIT_DIR|GIT_WORK_TREE|CI$)/

/** What a runner of this machine brings: the tools on its PATH, the Docker engine, and trust in the testbed's authority. */
export function runnerEnvironment(testbed: TestbedDescription): Readonly<Record<string, string>> {
  const node = dirname(realpathSync(join(root, 'node_modules', '.bin', 'node')))
  const own = Object.entries(process.env).filter(([name, value]) => value !== undefined && !OURS.test(name))
  return {
    ...(Object.fromEntries(own) as Record<string, string>),
    PATH: [testbed.bin, node, process.env.PATH ?? ''].join(':'),
    DOCKER_HOST: testbed.docker.host,
    DOCKER_CONFIG: testbed.docker.config,
    BUILDX_BUILDER: testbed.buildkit.builder,
    OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY: testbed.scanners.osvDatabase,
    NODE_EXTRA_CA_CERTS: trustedAuthorities(testbed),
  }
}

/** The testbed's authority beside those that the machine itself adds: npm would not reach its registry without them. */
function trustedAuthorities(testbed: TestbedDescription): string {
  const path = join(testbed.state, 'trusted-authorities.crt')
  const machines = process.env.NODE_EXTRA_CA_CERTS
  const added =
    machines === undefined || machines === path || !existsSync(machines) ? '' : readFileSync(machines, 'utf8')
  const authorities = `${added}\n${readFileSync(testbed.certificates.authority, 'utf8')}`
  // Jobs that start at this moment read it: they must never find half of it.
  if (!existsSync(path) || readFileSync(path, 'utf8') !== authorities) {
    const whole = `${path}.${process.pid}`
    writeFileSync(whole, authorities)
    renameSync(whole, path)
  }
  return path
}

/** The variables and secrets that the sample's workflow takes from its repository's settings. */
export function repositorySettings(testbed: TestbedDescription): {
  readonly variables: Readonly<Record<string, string>>
  readonly secrets: Readonly<Record<string, string>>
} {
  return {
    variables: {
      IMAGE: `${testbed.registry.address}/acme/ai-gen-service`,
      REGISTRY_USERNAME: testbed.registry.username,
      VAULT_URL: testbed.vault.url,
      VAULT_CA_CERTIFICATE: readFileSync(testbed.vault.authority, 'utf8'),
      KUBERNETES_SERVER: testbed.kubernetes.server,
      KUBERNETES_AUDIENCE: testbed.kubernetes.audience,
      KUBERNETES_CA_CERTIFICATE: readFileSync(testbed.kubernetes.authority, 'utf8'),
      NODES_SSH_KNOWN_HOSTS: readFileSync(testbed.host.knownHosts, 'utf8'),
    },
    secrets: {
      REGISTRY_PASSWORD: testbed.registry.password,
      NODES_SSH_KEY: readFileSync(testbed.host.privateKey, 'utf8'),
    },
  }
}
