import type { Manifest } from '../../manifest-set.ts'
import { objectId, renderId } from '../../object-id.ts'

const HOOK = 'helm.sh/hook'
const tests: ReadonlySet<string> = new Set(['test', 'test-success', 'test-failure'])

export interface SortedHooks {
  /** What is no hook. */
  readonly manifests: readonly Manifest[]
  readonly problems: readonly string[]
  readonly notes: readonly string[]
}

/** The hooks of an object, such as `pre-install`; none for an ordinary object. Pure. */
export function hooksOf({ object }: Manifest): readonly string[] {
  const value: unknown = object.metadata.annotations?.[HOOK]
  if (typeof value !== 'string') return []
  return value.split(',').map((each) => each.trim())
}

/**
 * Takes hooks out of a rendered chart: Helm runs them at moments that an apply does not have, so as ordinary objects they
 * would do something else, or do it each time. Tests are left out and said; others are a problem unless they too are to
 * be left out. Pure.
 */
export function sortHooks(
  manifests: readonly Manifest[],
  chart: string,
  others: 'refuse' | 'leave-out',
): SortedHooks {
  const hooks = manifests.filter((each) => hooksOf(each).length > 0)
  const isTest = (each: Manifest): boolean => hooksOf(each).every((hook) => tests.has(hook))
  const left = hooks.filter((each) => isTest(each) || others === 'leave-out')
  return {
    manifests: manifests.filter((each) => hooksOf(each).length === 0),
    problems: hooks
      .filter((each) => !left.includes(each))
      .map((each) => `${each.source}: ${describeHook(each)}; ${ADVICE}`),
    notes: left.length === 0 ? [] : [`${chart}: left out ${left.map(describeHook).join(', ')}.`],
  }
}

/** What is wrong with a hook that came from no chart. Pure. */
export function findStrayHooks(manifests: readonly Manifest[]): readonly string[] {
  return manifests
    .filter((each) => hooksOf(each).length > 0)
    .map((each) => `${each.source}: ${describeHook(each)}; only Helm runs hooks, take the annotation away`)
}

const ADVICE =
  'hooks are not run: switch it off in the values (deploy.migration runs migrations), or set hooks: leave-out for the chart'

function describeHook(manifest: Manifest): string {
  return `${renderId(objectId(manifest.object))} is a hook (${hooksOf(manifest).join(', ')})`
}
