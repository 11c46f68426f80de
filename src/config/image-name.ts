/** What the name of an image may look like, for messages. */
export const IMAGE_REPOSITORY_FORM =
  'a registry and a path without tag, in lower case, such as ghcr.io/acme/ai-gen-service (docker.io/… for Docker Hub)'
export const IMAGE_TAG_FORM =
  'a tag of at most 128 of A-Z, a-z, 0-9, _, . and -, that does not begin with . or -'

/** Grammar of `reference` in the OCI distribution project: host, optional port, path components with separators. */
const host =
  '(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|\\[[0-9a-f:]+\\])(?::[0-9]{1,5})?'
const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const repository = new RegExp(`^(${host})/${component}(?:/${component})*$`)

/** Whether a text names an image's repository together with its registry, and nothing else. */
export function isImageRepository(text: string): boolean {
  if (text.length > 255) return false
  const registry = repository.exec(text)?.[1]
  // Docker's rule: without a dot, a port or "localhost" the first part is a user of Docker Hub, not a registry.
  return registry !== undefined && (/[.:]/.test(registry) || registry === 'localhost')
}

/** Grammar of `tag` in the OCI distribution specification. */
export function isImageTag(text: string): boolean {
  return /^\w[\w.-]{0,127}$/.test(text)
}
