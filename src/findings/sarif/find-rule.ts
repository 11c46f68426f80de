import { arrayAt, numberAt, stringAt, valueAt } from '../json.ts'

/** A rule as a run describes it, and the id that a result has for it. */
export interface ResultRule {
  readonly id: string
  /** Undefined where the run does not describe it. */
  readonly descriptor: unknown
  /** The descriptor's own id, where the result names a part of it: `a` for `a/sub`. */
  readonly parent: string | undefined
}

/** Finds the rules of a run's results: by index, in the driver or an extension, else by id or one that it is a part of. */
export class RuleFinder {
  readonly #driver: unknown
  readonly #extensions: readonly unknown[]
  readonly #byId = new Map<string, unknown>()

  constructor(run: unknown) {
    this.#driver = valueAt(run, 'tool', 'driver')
    this.#extensions = arrayAt(run, 'tool', 'extensions')
    for (const component of [this.#driver, ...this.#extensions]) {
      for (const rule of arrayAt(component, 'rules')) {
        const id = stringAt(rule, 'id')
        if (id !== undefined && !this.#byId.has(id)) this.#byId.set(id, rule)
      }
    }
  }

  find(result: unknown): ResultRule {
    const named = stringAt(result, 'ruleId') ?? stringAt(result, 'rule', 'id')
    const indexed = this.#byIndex(result)
    const ownId = stringAt(indexed, 'id')
    if (named === undefined) return { id: ownId ?? '', descriptor: indexed, parent: undefined }
    const fits = ownId !== undefined && (ownId === named || named.startsWith(`${ownId}/`))
    const descriptor = fits ? indexed : this.#byName(named)
    const id = stringAt(descriptor, 'id')
    return { id: named, descriptor, parent: id === named ? undefined : id }
  }

  /** 3.52: an index counts in the component that the reference names, or else in the driver. */
  #byIndex(result: unknown): unknown {
    const component = valueAt(result, 'rule', 'toolComponent')
    const index = numberAt(result, 'rule', 'index') ?? numberAt(result, 'ruleIndex')
    if (index === undefined) return undefined
    const extension = numberAt(component, 'index') ?? -1
    const name = stringAt(component, 'name')
    const holder =
      extension >= 0
        ? this.#extensions[extension]
        : name === undefined
          ? this.#driver
          : [this.#driver, ...this.#extensions].find((each) => stringAt(each, 'name') === name)
    return valueAt(holder, 'rules', index)
  }

  /** 3.27.5: `a/b/c` is of the rule `a/b/c`, `a/b` or `a`, whichever is described. */
  #byName(name: string): unknown {
    let id = name
    for (;;) {
      const rule = this.#byId.get(id)
      const end = id.lastIndexOf('/')
      if (rule !== undefined || end <= 0) return rule
      id = id.slice(0, end)
    }
  }
}
