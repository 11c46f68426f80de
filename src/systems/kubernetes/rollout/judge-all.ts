import type { KubernetesObject } from '../cluster.ts'
import { objectId, renderId } from '../object-id.ts'
import { type Expected, judgeObject } from '../status/judge-object.ts'
import { readRules } from '../status/rules/rules.ts'
import { done, type ObjectStatus, type Surroundings, type Symptom, waiting } from '../status/status.ts'

/** Everything that was observed, at one moment. */
export interface Snapshot extends Surroundings {
  readonly objects: readonly KubernetesObject[]
}

export interface ExpectedObject extends Expected {
  /** As the apply answered. */
  readonly object: KubernetesObject
  /** Whether its kind has a status that a controller writes. */
  readonly hasStatus?: boolean
  /** It may not be read: what the apply answered is all that is known of it. */
  readonly unseen?: boolean
}

export interface Judged {
  /** `Deployment staging/api` */
  readonly title: string
  readonly object: KubernetesObject
  /** As it is in the cluster; undefined when it is not there, or may not be read. */
  readonly live?: KubernetesObject
  readonly status: ObjectStatus
}

/** The status of each object at one moment. Pure. */
export function judgeAll(expected: readonly ExpectedObject[], snapshot: Snapshot): readonly Judged[] {
  const byName = Map.groupBy(snapshot.objects, nameOf)
  return expected.map((each) => {
    const { object, hasStatus = false } = each
    const title = renderId(objectId(object))
    if (each.unseen === true) return { title, object, status: done('applied; it may not be read') }
    const found = byName.get(nameOf(object)) ?? []
    const live = found.find(({ metadata }) => metadata.uid === each.uid) ?? found[0]
    if (live === undefined) return { title, object, status: judgeAbsent(each, snapshot) }
    const { rules } = readRules(object)
    return { title, object, live, status: judgeObject({ ...snapshot, object: live, rules, hasStatus }, each) }
  })
}

function nameOf({ apiVersion, kind, metadata }: KubernetesObject): string {
  return `${apiVersion}/${kind}/${metadata.namespace ?? ''}/${metadata.name}`
}

/**
 * What is not there. A Job with `ttlSecondsAfterFinished` is removed when it has ended, and only its event tells how.
 * For all else there is a grace: a list may come from a server that has not yet seen the object.
 */
function judgeAbsent({ uid, object }: ExpectedObject, { events }: Snapshot): ObjectStatus {
  const ended = events.find(
    ({ reason, involvedObject }) => involvedObject?.uid === uid && reason === 'Completed',
  )
  if (object.kind === 'Job' && ended !== undefined) return done('completed, and removed by its ttl')
  const text = 'it is not in the cluster'
  const symptom: Symptom = { key: `${uid ?? ''}/vanished`, graceMs: 3_000, reason: 'Deleted', text }
  return waiting(text, [symptom])
}
