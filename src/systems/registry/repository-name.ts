import { StagegateError } from '../../errors/index.ts'

/** A repository in a registry, taken apart. */
export interface RepositoryName {
  /** As the configuration names the registry: `ghcr.io`, `localhost:5000`, `docker.io`. */
  readonly registry: string
  /** `acme/ai-gen-service` */
  readonly path: string
  /** Origin of the registry's API: `https://ghcr.io`. */
  readonly origin: string
}

/** The distribution specification's grammar of a repository's name. */
const PATH = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/
const HOST =
  /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:]+\])(?::\d{1,5})?$/i

/**
 * `registry/path` taken apart. The first part is a registry only with a dot or a port in it, or when it is `localhost`;
 * all else is on Docker Hub. Plain http is for a registry on this machine only. Pure.
 *
 * @throws StagegateError E_IMAGE_NAME
 */
export function parseRepository(repository: string): RepositoryName {
  const slash = repository.indexOf('/')
  const first = repository.slice(0, Math.max(slash, 0))
  const named = /[.:]/.test(first) || first === 'localhost'
  const registry = named ? first : 'docker.io'
  const rest = named ? repository.slice(slash + 1) : repository
  const path = registry === 'docker.io' && !rest.includes('/') ? `library/${rest}` : rest
  if (!HOST.test(registry) || !PATH.test(path) || path.length > 255) {
    throw new StagegateError('E_IMAGE_NAME', {
      message: `${JSON.stringify(repository)} is not the name of an image repository: registry/name, lower case, no tag.`,
    })
  }
  const host = registry === 'docker.io' ? 'registry-1.docker.io' : registry
  return { registry, path, origin: `${isLoopback(host) ? 'http' : 'https'}://${host}` }
}

function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/.test(host)
}

/** Whether a text is `sha256:` and 64 hex digits. */
export function isDigest(text: unknown): text is string {
  return typeof text === 'string' && /^sha256:[0-9a-f]{64}$/.test(text)
}

/** A tag or a digest, as it may stand in a URL's path. */
export function isReference(text: string): boolean {
  return isDigest(text) || /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(text)
}
