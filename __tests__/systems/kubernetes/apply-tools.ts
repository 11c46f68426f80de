import { execFile } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import type { StagegateError } from '../../../src/errors/index.ts'
import type { AppliedObject, WrittenObject } from '../../../src/systems/kubernetes/applied-object.ts'
import type { KubernetesObject } from '../../../src/systems/kubernetes/kubernetes-object.ts'
import { parseYaml, type TestbedCluster } from './testbed-cluster.ts'

const signal = new AbortController().signal

/** Applies YAML in the test's namespace as we do and as kubectl does, and looks at what came of it. */
export interface ApplyTools {
  /** `ConfigMap a created`, one for each object in the order in which they were written (or tried). */
  apply(yaml: string, dryRun?: boolean): Promise<readonly string[]>
  /** The one object of a set, as the apply gives it back. */
  applyOne(yaml: string, dryRun?: boolean): Promise<AppliedObject>
  refused(yaml: string): Promise<StagegateError>
  find(kind: string, name: string, apiVersion?: string): Promise<KubernetesObject | undefined>
  /** `kubectl apply -f`, or another command on a file. */
  kubectl(yaml: string, ...argv: readonly string[]): Promise<void>
  /** Any command; its output. */
  run(...argv: readonly string[]): Promise<string>
}

export function createApplyTools(bed: TestbedCluster): ApplyTools {
  const tools: ApplyTools = {
    async apply(yaml, dryRun = false) {
      const seen: WrittenObject[] = []
      const onApplied = (each: WrittenObject) => seen.push(each)
      const applied = await bed.cluster.apply(parseYaml(yaml), {
        namespace: bed.namespace,
        dryRun,
        signal,
        onApplied,
      })
      return (dryRun ? applied : seen).map(
        ({ object, change }) => `${object.kind} ${object.metadata.name} ${change}`,
      )
    },
    async applyOne(yaml, dryRun = false) {
      const options = { namespace: bed.namespace, dryRun, signal, onApplied: () => undefined }
      const [applied, ...more] = await bed.cluster.apply(parseYaml(yaml), options)
      if (applied === undefined || more.length > 0) throw new Error('not one object')
      return applied
    },
    refused: (yaml) =>
      tools.apply(yaml).then(
        () => expect.fail('it was applied'),
        (thrown: unknown) => thrown as StagegateError,
      ),
    find: (kind, name, apiVersion = 'v1') =>
      bed.cluster.get({ apiVersion, kind, name, namespace: bed.namespace }, signal),
    async kubectl(yaml, ...argv) {
      const file = join(tmpdir(), `${bed.namespace}-${process.hrtime.bigint()}.yaml`)
      await writeFile(file, yaml)
      try {
        await tools.run('apply', ...argv, '-f', file)
      } finally {
        await rm(file)
      }
    },
    async run(...argv) {
      const program = join(bed.testbed.bin, 'kubectl')
      const common = ['--kubeconfig', bed.testbed.kubernetes.kubeconfig, '-n', bed.namespace]
      return (await promisify(execFile)(program, [...common, ...argv], { maxBuffer: 64_000_000 })).stdout
    },
  }
  return tools
}
