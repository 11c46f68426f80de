import { StagegateError } from '../../../errors/index.ts'
import type { KubernetesObject } from '../cluster.ts'
import type { Connected } from '../connected.ts'
import { objectId } from '../object-id.ts'
import { readObject } from './read-object.ts'
import { definedKinds, namesOf } from './target.ts'

/** How long a definition may take to be served; as nelm. Milliseconds. */
const PATIENCE = 10_000
const INTERVAL = 250

interface Condition {
  readonly type?: string
  readonly status?: string
  readonly reason?: string
  readonly message?: string
}

/**
 * Waits until the applied CustomResourceDefinitions are established and discovery shows what they define.
 *
 * @throws StagegateError E_KUBE_NO_KIND when one never is
 */
export async function awaitDefinitions(
  { client, discovery, clock }: Connected,
  applied: readonly KubernetesObject[],
  signal: AbortSignal,
): Promise<void> {
  const definitions = applied.filter((object) => object.kind === 'CustomResourceDefinition')
  if (definitions.length === 0) return
  const end = clock.monotonic() + PATIENCE
  for (;;) {
    discovery.reset()
    const missing = await findMissing()
    if (missing.length === 0) return
    if (clock.monotonic() > end) {
      throw new StagegateError('E_KUBE_NO_KIND', {
        message: `Definitions were applied ${PATIENCE / 1000} s ago and are not served.`,
        evidence: missing,
      })
    }
    await clock.sleep(INTERVAL, signal)
  }

  async function findMissing(): Promise<readonly string[]> {
    const missing: string[] = []
    for (const definition of definitions) {
      const resource = await discovery.require(definition, signal)
      const live = await readObject(client, resource, objectId(definition), signal)
      const problem = unestablished(live)
      if (problem !== undefined) missing.push(`${definition.metadata.name}: ${problem}`)
      else
        for (const kind of definedKinds(definition)) {
          const names = namesOf(kind)
          if ((await discovery.find(names, signal)) === undefined)
            missing.push(`${names.apiVersion} ${names.kind}: not in discovery`)
        }
    }
    return missing
  }
}

function unestablished(live: KubernetesObject | undefined): string | undefined {
  const status = live?.status as { readonly conditions?: readonly Condition[] } | undefined
  const conditions = status?.conditions ?? []
  const refused = conditions.find((each) => each.type === 'NamesAccepted' && each.status === 'False')
  if (refused !== undefined) return refused.message ?? 'its names are not accepted'
  const established = conditions.find((each) => each.type === 'Established')
  return established?.status === 'True' ? undefined : (established?.message ?? 'not established')
}
