import { readdirSync, readFileSync } from 'node:fs'
import type { KubernetesObject } from '../../../../src/systems/kubernetes/kubernetes-object.ts'
import { noBaseline } from '../../../../src/systems/kubernetes/status/baseline.ts'
import { judgeObject } from '../../../../src/systems/kubernetes/status/judge-object.ts'
import {
  readRules,
  type Rules,
  ruleAnnotations,
} from '../../../../src/systems/kubernetes/status/rules/rules.ts'
import type { ObjectStatus, World } from '../../../../src/systems/kubernetes/status/status.ts'

const folder = new URL('../fixtures/status/', import.meta.url)

/** States as a real cluster (1.34) showed them, by kind; what no controller of the testbed writes was written by its API. */
export const states: readonly string[] = readdirSync(folder).flatMap((kind) =>
  readdirSync(new URL(`${kind}/`, folder)).map((file) => `${kind}/${file.replace(/\.json$/, '')}`),
)

export function readState(name: string): World {
  const around = { replicaSets: [], pods: [], events: [], storageClasses: [], baseline: noBaseline }
  const state = JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as Pick<World, 'object'>
  return { ...around, rules: {}, hasStatus: name.startsWith('custom-resource/'), ...state }
}

/** What is said of a state, with these annotations on its object. */
export function judge(world: World, rules: Partial<Record<keyof Rules, string>> = {}): ObjectStatus {
  const annotations = Object.entries(rules).map(([rule, text]) => [
    ruleAnnotations[rule as keyof Rules],
    text,
  ])
  const { metadata } = world.object
  const object = {
    ...world.object,
    metadata: { ...metadata, annotations: { ...metadata.annotations, ...Object.fromEntries(annotations) } },
  } as KubernetesObject
  const { uid, generation = 0 } = metadata
  return judgeObject({ ...world, object, rules: readRules(object).rules }, { uid, generation })
}

/** `done`, `done after 3 s`, `waiting`, `CrashLoopBackOff`, `Unschedulable after 30 s`. */
export function summarize({ done, settleMs = 0, symptoms }: ObjectStatus): string {
  const [first] = symptoms
  const what = done ? 'done' : (first?.reason ?? 'waiting')
  const time = done ? settleMs : (first?.graceMs ?? 0)
  return time === 0 ? what : `${what} after ${time / 1000} s`
}
