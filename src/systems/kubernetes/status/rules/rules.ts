import type { KubernetesObject } from '../../kubernetes-object.ts'
import { parseRequirement, type Requirement } from './requirement.ts'

/** What an object's own annotations say about how it is judged. */
export interface Rules {
  /** `ready`: as strictly as its kind can be; `present`: that it exists is enough; `skip`: not looked at. */
  readonly wait?: 'ready' | 'present' | 'skip'
  readonly readyWhen?: Requirement
  readonly failedWhen?: Requirement
  /** How long a started container may fail its readiness probe; milliseconds. */
  readonly readyWithin?: number
  /** How long a pod may have no node; milliseconds. */
  readonly scheduleWithin?: number
  /** Restarts of a container that are forgiven. */
  readonly restartsAllowed?: number
}

export const ruleAnnotations = {
  wait: 'stagegate.dev/wait',
  readyWhen: 'stagegate.dev/ready-when',
  failedWhen: 'stagegate.dev/failed-when',
  readyWithin: 'stagegate.dev/ready-within',
  scheduleWithin: 'stagegate.dev/schedule-within',
  restartsAllowed: 'stagegate.dev/restarts-allowed',
} as const satisfies Record<keyof Rules, string>

interface Grammar<Value> {
  readonly expected: string
  parse(text: string): Value | undefined
}

const requirement: Grammar<Requirement> = {
  expected: 'condition=<type> or {<JSONPath>}=<value>',
  parse: parseRequirement,
}
const duration: Grammar<number> = { expected: 'a duration such as 90s or 5m', parse: parseDuration }

const grammars: { readonly [Rule in keyof Rules]-?: Grammar<NonNullable<Rules[Rule]>> } = {
  wait: {
    expected: 'ready, present or skip',
    parse: (text) => (text === 'ready' || text === 'present' || text === 'skip' ? text : undefined),
  },
  readyWhen: requirement,
  failedWhen: requirement,
  readyWithin: duration,
  scheduleWithin: duration,
  restartsAllowed: {
    expected: 'a whole number from 0 to 100',
    parse: (text) => (/^(?:\d{1,2}|100)$/.test(text) ? Number(text) : undefined),
  },
}

/** The rules of an object, and what is wrong with its annotations; one that is wrong is as if it were not there. Pure. */
export function readRules(object: KubernetesObject): {
  readonly rules: Rules
  readonly problems: readonly string[]
} {
  const rules: Record<string, unknown> = {}
  const problems: string[] = []
  for (const rule of Object.keys(grammars) as (keyof Rules)[]) {
    const annotation = ruleAnnotations[rule]
    const text: unknown = object.metadata.annotations?.[annotation]
    if (typeof text !== 'string') continue
    const value = grammars[rule].parse(text.trim())
    if (value === undefined) problems.push(`annotation ${annotation}: ${grammars[rule].expected} is expected`)
    else rules[rule] = value
  }
  return { rules, problems }
}

/** `90s`, `5m`, `1h`, `1m30s`; at most a day. Milliseconds. */
function parseDuration(text: string): number | undefined {
  const [, hours = '', minutes = '', seconds = ''] = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text) ?? []
  if (hours + minutes + seconds === '') return undefined
  const total = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
  return total <= 86_400 ? total * 1000 : undefined
}
