import { execFileSync } from 'node:child_process'
import { basicAuthorization } from '../../../script/lib/testbed/parts/registry.ts'
import type { TestbedDescription } from '../../../script/lib/testbed/description.ts'

/**
 * A file at the root of an image for one platform that was pushed to the testbed's registry.
 *
 * @param image `localhost:5000/acme/service@sha256:…`
 */
export async function readImageFile(
  { registry }: TestbedDescription,
  image: string,
  file: string,
): Promise<string> {
  const [name = '', digest = ''] = image.replace(`${registry.address}/`, '').split('@')
  const get = (path: string, accept = '*/*'): Promise<Buffer> => {
    const authorization = basicAuthorization(registry.username, registry.password)
    return fetchBytes(`http://${registry.address}/v2/${name}/${path}`, { authorization, accept })
  }
  const manifest = JSON.parse(
    (await get(`manifests/${digest}`, 'application/vnd.oci.image.manifest.v1+json')).toString(),
  ) as { readonly layers: readonly { readonly digest: string }[] }
  for (const layer of manifest.layers.toReversed()) {
    const input = await get(`blobs/${layer.digest}`)
    const tar = (...args: readonly string[]): string =>
      execFileSync('tar', args, { input, encoding: 'utf8', maxBuffer: 1 << 26 })
    const names = tar('-tzf', '-').split('\n')
    const found = names.find((each) => each.replace(/^\.?\//, '') === file)
    if (found !== undefined) return tar('-xzOf', '-', found)
  }
  throw new Error(`${image} has no ${file}`)
}

async function fetchBytes(url: string, headers: Record<string, string>): Promise<Buffer> {
  const answer = await fetch(url, { headers })
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`)
  return Buffer.from(await answer.arrayBuffer())
}
