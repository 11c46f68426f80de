import type { KubernetesObject } from '../kubernetes-object.ts'
import { objectId, parseApiVersion, renderId } from '../object-id.ts'
import { groupKind } from '../status/groups.ts'
import { type Expected, judgeObject } from '../status/judge-object.ts'
import { judgeGoneJob } from '../status/job.ts'
import { readRules } from '../status/rules/rules.ts'
import { done, type ObjectStatus, type Surroundings, type Symptom, waiting } from '../status/status.ts'

/** Everything that was observed, at one moment. */
export interface Snapshot extends Surroundings {
  readonly objects: readonly KubernetesObject[]
  /** Jobs that were there and are not any more, as they were last. */
  readonly gone?: readonly KubernetesObject[]
}

export interface ExpectedObject extends Expected {
  /** As the apply answered. */
  readonly object: KubernetesObject
  /** Whether its kind has a status that a controller writes. */
  readonly hasStatus?: boolean
  /** When the apply changed what it asks for, by the server's clock; undefined when it did not. */
  readonly writtenAt?: string | undefined
  /** It may not be read: what the apply answered is all that is known of it. */
  readonly unseen?: boolean
}

export interface Judged {
  /** `Deployment staging/api`; with its group where a kind of another group has the same name and object. */
  readonly title: string
  readonly object: KubernetesObject
  /** As it is in the cluster; undefined when it is not there, or may not be read. */
  readonly live?: KubernetesObject
  readonly status: ObjectStatus
}

/** The status of each object at one moment. Pure. */
export function judgeAll(expected: readonly ExpectedObject[], snapshot: Snapshot): readonly Judged[] {
  const byName = Map.groupBy(snapshot.objects, nameOf)
  const titles = titlesOf(expected.map(({ object }) => object))
  return expected.map((each, index) => {
    const { object, hasStatus = false, writtenAt } = each
    const title = titles[index] ?? ''
    if (each.unseen === true) return { title, object, status: done('applied; it may not be read') }
    const found = byName.get(nameOf(object)) ?? []
    const live = found.find(({ metadata }) => metadata.uid === each.uid) ?? found[0]
    if (live === undefined) return { title, object, status: judgeAbsent(each, snapshot) }
    const { rules } = readRules(object)
    const world = { ...snapshot, object: live, rules, hasStatus, writtenAt }
    return { title, object, live, status: judgeObject(world, each) }
  })
}

/** Tells the objects that are judged from each other, whatever they are called. */
export function identityOf({ object }: Pick<Judged, 'object'>): string {
  return object.metadata.uid ?? nameOf(object)
}

/** By its kind in any version: the server gives an object in the version that it is asked for in. */
function nameOf({ metadata, ...object }: KubernetesObject): string {
  return `${groupKind(object)}/${metadata.namespace ?? ''}/${metadata.name}`
}

/** What objects are called: each by another name. */
function titlesOf(objects: readonly KubernetesObject[]): readonly string[] {
  const ids = objects.map(objectId)
  const same = Map.groupBy(ids, renderId)
  return ids.map((id) => {
    const title = renderId(id)
    const { group } = parseApiVersion(id.apiVersion)
    const isAlone = new Set(same.get(title)?.map(groupKind)).size === 1
    return isAlone || group === '' ? title : renderId({ ...id, kind: `${id.kind}.${group}` })
  })
}

/**
 * What is not there. A Job with `ttlSecondsAfterFinished` is removed when it has ended. For all else there is a grace: a
 * list may come from a server that has not yet seen the object.
 */
function judgeAbsent({ uid, object }: ExpectedObject, { events, gone = [] }: Snapshot): ObjectStatus {
  if (groupKind(object) === 'batch/Job') {
    const last = gone.find(({ metadata }) => metadata.uid === uid)
    const ended = judgeGoneJob(uid, last, events)
    if (ended !== undefined) return ended
  }
  const text = 'it is not in the cluster'
  const symptom: Symptom = { key: `${uid ?? ''}/vanished`, graceMs: 3_000, reason: 'Deleted', text }
  return waiting(text, [symptom])
}
