import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { TestbedDescription } from '../../../script/lib/testbed/description.ts'

/** Takes the small service away, with its lock and its record; what other services have in the namespace stays. */
export function removeSmallService(testbed: TestbedDescription): void {
  const { kubeconfig, namespace } = testbed.kubernetes
  const kubectl = (...args: readonly string[]): string => {
    const argv = ['--kubeconfig', kubeconfig, '--namespace', namespace, ...args]
    return execFileSync(join(testbed.bin, 'kubectl'), argv, { encoding: 'utf8' })
  }
  const managed = kubectl('get', 'lease,secret', '-l', 'app.kubernetes.io/managed-by=stagegate', '-o', 'name')
  const own = managed.split('\n').filter((name) => name.includes('small-service'))
  kubectl('delete', '--ignore-not-found', 'deployment/small-service', ...own)
}
