import type { KubernetesObject } from '../kubernetes-object.ts'

/** An event of a watch, as the API documents it ("Efficient detection of changes"). */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: KubernetesObject
}

/**
 * The objects of one list as they are now, from lists and watch events in any order: an event that is repeated, late,
 * or older than what is known changes nothing.
 */
export class ObjectStore {
  readonly #objects = new Map<string, KubernetesObject>()
  /** The version at which an object was deleted: a late event must not bring it back. */
  readonly #deleted = new Map<string, bigint>()
  /** What was deleted, as it was last. */
  readonly #gone = new Map<string, KubernetesObject>()
  readonly #remembers: boolean
  /** The newest list: what it does not hold is gone, whatever an older event says. */
  #listed = -1n

  /** @param remembers whether `gone` is asked for: what was deleted is kept */
  constructor(remembers = false) {
    this.#remembers = remembers
  }

  /**
   * The whole truth at a version. An older list than the newest one is ignored.
   *
   * @returns whether it told anything new
   */
  replace(objects: readonly KubernetesObject[], listVersion: string): boolean {
    const version = parseVersion(listVersion)
    if (version < this.#listed) return false
    this.#listed = version
    let news = false
    const listed = new Set(objects.map(keyOf))
    for (const [key, known] of this.#objects) {
      if (listed.has(key) || versionOf(known) > version) continue
      this.#remove(key, version, known)
      news = true
    }
    for (const object of objects) news = this.#put(object) || news
    return news
  }

  apply({ type, object }: WatchEvent): void {
    const key = keyOf(object)
    const version = versionOf(object)
    if (type === 'DELETED') {
      const known = this.#objects.get(key)
      if (known === undefined || versionOf(known) <= version) this.#remove(key, version, object)
      return
    }
    // Not in a newer list and not known: it was deleted before the list.
    if (!this.#objects.has(key) && version <= this.#listed) return
    this.#put(object)
  }

  values(): readonly KubernetesObject[] {
    return [...this.#objects.values()]
  }

  /** What was there and is not any more, as it was last. */
  gone(): readonly KubernetesObject[] {
    return [...this.#gone.values()]
  }

  #put(object: KubernetesObject): boolean {
    const key = keyOf(object)
    const version = versionOf(object)
    if (version <= (this.#deleted.get(key) ?? -1n)) return false
    const known = this.#objects.get(key)
    if (known !== undefined && versionOf(known) >= version) return false
    this.#objects.set(key, object)
    return true
  }

  #remove(key: string, version: bigint, last: KubernetesObject): void {
    this.#objects.delete(key)
    const before = this.#deleted.get(key) ?? -1n
    if (version > before) this.#deleted.set(key, version)
    const known = this.#gone.get(key)
    if (this.#remembers && (known === undefined || versionOf(known) <= versionOf(last)))
      this.#gone.set(key, last)
  }
}

/** By uid: an object that is made again under the same name is another one. */
function keyOf({ metadata }: KubernetesObject): string {
  return metadata.uid ?? `${metadata.namespace ?? ''}/${metadata.name}`
}

function versionOf({ metadata }: KubernetesObject): bigint {
  return parseVersion(metadata.resourceVersion)
}

/** Versions of one resource can be compared as whole numbers (KEP-5504; true of every etcd-backed server before it). */
function parseVersion(version: string | undefined): bigint {
  return version !== undefined && /^\d{1,40}$/.test(version) ? BigInt(version) : 0n
}
