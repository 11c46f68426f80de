import { realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readFileSync } from 'node:fs'
import type { TestbedDescription } from '../testbed/description.ts'

const root = dirname(dirname(dirname(import.meta.dirname)))

/** What a runner of this machine brings: the tools on its PATH, the Docker engine, and trust in the testbed's authority. */
export function runnerEnvironment(testbed: TestbedDescription): Readonly<Record<string, string>> {
  const node = dirname(realpathSync(join(root, 'node_modules', '.bin', 'node')))
  return {
    PATH: [testbed.bin, node, process.env['PATH'] ?? ''].join(':'),
    HOME: process.env['HOME'] ?? '/root',
    LANG: 'C.UTF-8',
    DOCKER_HOST: testbed.docker.host,
    DOCKER_CONFIG: testbed.docker.config,
    BUILDX_BUILDER: testbed.buildkit.builder,
    OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY: testbed.scanners.osvDatabase,
    NODE_EXTRA_CA_CERTS: testbed.certificates.authority,
  }
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
      KUBERNETES_CA_CERTIFICATE: readFileSync(testbed.kubernetes.authority, 'utf8'),
      NODES_SSH_KNOWN_HOSTS: readFileSync(testbed.host.knownHosts, 'utf8'),
    },
    secrets: {
      REGISTRY_PASSWORD: testbed.registry.password,
      NODES_SSH_KEY: readFileSync(testbed.host.privateKey, 'utf8'),
    },
  }
}
