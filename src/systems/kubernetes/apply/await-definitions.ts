import { StagegateError } from '../../../errors/index.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { settleConcurrently } from '../concurrency.ts'
import type { Connected } from '../connected.ts'
import { objectId } from '../object-id.ts'
import { readObject } from './read-object.ts'
import { definedKinds, namesOf } from './target.ts'

/** How long a definition may take to be served; as nelm. Milliseconds. */
const PATIENCE = 10_000
const INTERVAL = 250
/** Names that are refused may have been so before this apply: for as long as the server may take to see it. */
const REFUSED_AFTER = 1000

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
  const started = clock.monotonic()
  for (;;) {
    discovery.reset()
    const states = await settleConcurrently(definitions, lookAt)
    const problems = states.flatMap((each) => {
      if (each.status === 'rejected') throw each.reason
      return each.value
    })
    if (problems.length === 0) return
    const waited = clock.monotonic() - started
    const refused = problems.filter((each) => each.final)
    if (waited > PATIENCE || (refused.length > 0 && waited >= REFUSED_AFTER)) {
      throw new StagegateError('E_KUBE_NO_KIND', {
        message:
          refused.length > 0
            ? 'Definitions were applied whose names the server does not accept.'
            : `Definitions were applied ${PATIENCE / 1000} s ago and are not served.`,
        evidence: (refused.length > 0 ? refused : problems).map((each) => each.text),
      })
    }
    await clock.sleep(INTERVAL, signal)
  }

  async function lookAt(definition: KubernetesObject): Promise<readonly Problem[]> {
    const resource = await discovery.require(definition, signal)
    const live = await readObject(client, resource, objectId(definition), signal)
    const problem = unestablished(live)
    if (problem !== undefined) {
      return [{ ...problem, text: `${definition.metadata.name}: ${problem.text}` }]
    }
    const kinds = await Promise.all(
      definedKinds(definition).map(async (kind) => {
        const names = namesOf(kind)
        return (await discovery.find(names, signal)) === undefined ? [names] : []
      }),
    )
    return kinds.flat().map(({ apiVersion, kind }) => ({
      text: `${apiVersion} ${kind}: not in discovery`,
      final: false,
    }))
  }
}

interface Problem {
  readonly text: string
  /** It does not pass by waiting: another definition has the name. */
  readonly final: boolean
}

function unestablished(live: KubernetesObject | undefined): Problem | undefined {
  const status = live?.status as { readonly conditions?: readonly Condition[] } | undefined
  const conditions = status?.conditions ?? []
  const refused = conditions.find((each) => each.type === 'NamesAccepted' && each.status === 'False')
  if (refused !== undefined) return { text: refused.message ?? 'its names are not accepted', final: true }
  const established = conditions.find((each) => each.type === 'Established')
  if (established?.status === 'True') return undefined
  return { text: established?.message ?? 'not established', final: false }
}
