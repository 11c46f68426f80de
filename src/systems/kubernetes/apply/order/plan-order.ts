import { StagegateError } from '../../../../errors/index.ts'
import type { KubernetesObject } from '../../kubernetes-object.ts'
import { objectId, parseApiVersion, renderId } from '../../object-id.ts'
import { dependsOn, DEPENDS_ON } from './depends-on.ts'
import { findUnpeeled } from './find-unpeeled.ts'
import { awaited, rankOf } from './rank.ts'
import type { Reference } from './reference.ts'
import { referencesOf } from './references.ts'

export interface Placed {
  readonly object: KubernetesObject
  readonly source: string
  /** Of its kind, served or defined in the set. */
  readonly resource: { readonly namespaced: boolean }
}

/** One object and the steps that must have ended before it; without an object it only gathers others. */
export interface Step<T> {
  readonly item: T | undefined
  /** Positions in the list of steps. */
  readonly needs: readonly number[]
}

interface Draft<T> {
  readonly item: T | undefined
  readonly needs: Set<number>
}

/**
 * What each object of a set waits for: the objects that it names (and that are in the set), and by its rank others of
 * its namespace that it does not name. A wait by rank gives way where it would make a cycle. Pure.
 *
 * @throws StagegateError E_MANIFEST_CYCLE, E_MANIFEST_INVALID for a depends-on annotation that names nothing
 */
export function planOrder<T extends Placed>(items: readonly T[], namespace: string): readonly Step<T>[] {
  const positions = new Map(items.map((item, index) => [keyOf(item, namespace), index]))
  const steps: Draft<T>[] = items.map((item, index) => {
    const named = referencesOf(item.object, namespace).map((each) => find(each))
    const asked = declared(item).map((each) => find(each) ?? missing(item, each))
    const needs = [...named, ...asked].filter((each) => each !== undefined && each !== index)
    return { item, needs: new Set(needs as number[]) }
  })
  refuseCycles(steps)
  const groups = addGroups(steps, namespace)
  // Of the steps that stand in cycles now, those that are in a group only by rank leave it.
  const unpeeled = findUnpeeled(steps)
  for (const group of groups) {
    if (!unpeeled.has(group)) continue
    for (const need of steps[group]?.needs ?? []) if (unpeeled.has(need)) steps[group]?.needs.delete(need)
  }
  return steps.map(({ item, needs }) => ({ item, needs: [...needs] }))

  function find(reference: Reference): number | undefined {
    return positions.get(renderKey(reference))
  }
}

function keyOf(item: Placed, namespace: string): string {
  const { apiVersion, kind, metadata } = item.object
  const { group } = parseApiVersion(apiVersion)
  const scope = scopeOf(item, namespace)
  return renderKey({ group, kind, name: metadata.name, ...(scope === '' ? {} : { namespace: scope }) })
}

function renderKey({ group, kind, namespace = '', name }: Reference): string {
  return `${group}/${kind}/${namespace}/${name}`
}

/** Its namespace; empty for the whole cluster. */
function scopeOf({ object, resource }: Placed, namespace: string): string {
  return object.metadata.namespace ?? (resource.namespaced ? namespace : '')
}

function declared({ object, source }: Placed): readonly Reference[] {
  const references = dependsOn(object)
  if (typeof references !== 'string') return references
  throw new StagegateError('E_MANIFEST_INVALID', {
    message: `${source}: the annotation ${DEPENDS_ON} has "${references}", which is not of the form group/namespaces/namespace/kind/name or group/kind/name.`,
    state: 'Nothing was applied.',
  })
}

function missing({ object, source }: Placed, reference: Reference): never {
  throw new StagegateError('E_MANIFEST_INVALID', {
    message: `${source}: ${renderId(objectId(object))} depends on ${renderId(reference)}, which is not in the set.`,
    state: 'Nothing was applied.',
  })
}

/** Adds a step for each rank and scope that someone waits for, and the waits. Gives their positions. */
function addGroups<T extends Placed>(steps: Draft<T>[], namespace: string): readonly number[] {
  const groups = new Map<string, number>()
  const objects = steps.flatMap(({ item, needs }, index) =>
    item === undefined ? [] : [{ index, needs, rank: rankOf(item.object), scope: scopeOf(item, namespace) }],
  )
  const everything = new Set(objects.filter(({ rank }) => rank !== 'gate').map(({ index }) => index))
  const all = steps.push({ item: undefined, needs: everything }) - 1
  for (const { index, rank, scope } of objects) {
    const key = `${rank}/${scope}`
    const group = groups.get(key) ?? steps.push({ item: undefined, needs: new Set() }) - 1
    groups.set(key, group)
    steps[group]?.needs.add(index)
  }
  for (const { needs, rank, scope } of objects) {
    if (rank === 'gate') needs.add(all)
    else {
      for (const other of awaited[rank]) {
        for (const where of new Set([scope, ''])) {
          const group = groups.get(`${other}/${where}`)
          if (group !== undefined) needs.add(group)
        }
      }
    }
  }
  return [all, ...groups.values()]
}

function refuseCycles<T extends Placed>(steps: readonly Draft<T>[]): void {
  const unpeeled = findUnpeeled(steps)
  const [start] = unpeeled
  if (start === undefined) return
  const way: number[] = []
  for (let at: number | undefined = start; at !== undefined && !way.includes(at);) {
    way.push(at)
    at = [...(steps[at]?.needs ?? [])].find((need) => unpeeled.has(need))
  }
  const last = way.at(-1)
  const back = [...(last === undefined ? [] : (steps[last]?.needs ?? []))].find((need) => way.includes(need))
  const cycle = way.slice(back === undefined ? 0 : way.indexOf(back))
  const items = cycle.flatMap((at) => steps[at]?.item ?? [])
  const titles = items.map(({ object }) => renderId(objectId(object)))
  throw new StagegateError('E_MANIFEST_CYCLE', {
    message: `Objects need each other in a circle: ${[...titles, titles[0]].join(' → ')}.`,
    evidence: items.map(
      ({ source }, at) => `${source}: ${titles[at] ?? ''} needs ${titles[(at + 1) % titles.length] ?? ''}`,
    ),
    state: 'Nothing was applied.',
  })
}
