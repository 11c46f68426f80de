import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Inputs } from '../inputs/index.ts'
import type { Systems } from '../stages/systems.ts'
import type { Clock } from '../systems/clock/clock.ts'
import type { Git } from '../systems/git/git.ts'
import type { Http } from '../systems/http/http.ts'
import type { Files } from '../systems/runner/files.ts'
import { createIdToken, offersIdToken } from '../systems/runner/id-token.ts'
import type { Processes } from '../systems/runner/processes.ts'
import type { Secrets } from '../systems/runner/secrets.ts'

export interface Parts {
  readonly inputs: Inputs
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  readonly http: Http
  readonly processes: Processes
  readonly files: Files
  readonly runnerFiles: Systems['runnerFiles']
  readonly secrets: Secrets
  readonly git: Git
  /** The image's repository with its registry: the registry login is for it alone. Undefined where no image is built. */
  readonly imageRepository: string | undefined
}

/** The real systems behind the interfaces that stages see; the large ones are loaded when first asked for. */
export function composeSystems(parts: Parts): Omit<Systems, 'github' | 'handedOverImage'> {
  const { inputs, env, clock, http, processes, files, runnerFiles, secrets, git } = parts
  const login = registryLogin(inputs, parts.imageRepository, env.GITHUB_ACTOR)
  const requestIdToken = createIdToken({ http, env, clock, secrets })
  return {
    clock,
    http,
    processes,
    files,
    runnerFiles,
    git,
    idToken: {
      available: offersIdToken(env),
      usedFor: [
        ...(inputs.vault?.login.kind === 'jwt' ? (['vault'] as const) : []),
        ...(inputs.cluster?.kind === 'oidc' ? (['kubernetes'] as const) : []),
      ],
    },
    docker: once(async () => {
      const { createDocker } = await import('../systems/docker/create-docker.ts')
      return createDocker({
        processes,
        config: env.DOCKER_CONFIG ?? join(env.HOME ?? homedir(), '.docker'),
        pullLogin: login,
      })
    }),
    registry: once(async () => {
      const { createRegistry } = await import('../systems/registry/create-registry.ts')
      return createRegistry({ http, clock, secrets, credentials: login })
    }),
    vault: once(async () => {
      const { createVault, noVault } = await import('../systems/vault/create-vault.ts')
      const { vault } = inputs
      if (vault === undefined) return noVault
      const { url, namespace, caCertificate, login: how } = vault
      return createVault({
        http,
        url,
        namespace,
        tls: caCertificate === undefined ? undefined : { ca: caCertificate },
        auth:
          how.kind === 'jwt'
            ? { method: 'jwt', ...how, requestIdToken }
            : { method: 'token', token: how.token },
        secrets,
      })
    }),
    kubernetes: once(async () => {
      const { createKubernetes } = await import('../systems/kubernetes/create-kubernetes.ts')
      const { cluster: credentials, ageKeys } = inputs
      return createKubernetes({
        http,
        clock,
        files,
        processes,
        secrets,
        env,
        credentials,
        requestIdToken,
        ageKeys,
      })
    }),
    ansible: once(async () => {
      const { createAnsible } = await import('../systems/ansible/create-ansible.ts')
      return createAnsible({ processes, clock, sshKey: inputs.ssh?.key, knownHosts: inputs.ssh?.knownHosts })
    }),
  }
}

function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined
  return () => (loaded ??= load())
}

/** The login goes to the image's own registry and to no other; GHCR takes the run's own token where none is given. */
function registryLogin(inputs: Inputs, repository: string | undefined, actor: string | undefined) {
  const registry = repository?.split('/')[0]
  if (registry === undefined) return undefined
  if (inputs.registry !== undefined) return { registry, ...inputs.registry }
  if (registry !== 'ghcr.io' || inputs.githubToken === undefined) return undefined
  return { registry, username: actor ?? 'github-actions', password: inputs.githubToken }
}
