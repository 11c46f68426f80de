import { describe, expect, it } from 'vitest'
import { decideCluster, type Offer } from '../../../script/lib/testbed/kubernetes/choose-cluster.ts'

const nothing: Offer = {
  wish: undefined,
  kubeconfig: undefined,
  hasKind: false,
  running: undefined,
  ownAddresses: ['192.0.2.7'],
}
const kubeconfigOf = (server: string) => ({ path: '/home/me/.kube/config', server })

describe('the cluster of the testbed', () => {
  it('is its own where the machine offers none', () => {
    expect(decideCluster(nothing).origin).toBe('testbed')
  })

  it.each(['https://127.0.0.1:6443', 'https://localhost:6443', 'https://192.0.2.7:6443'])(
    'is that of KUBECONFIG when it is on this machine: %s',
    (server) => {
      const choice = decideCluster({ ...nothing, kubeconfig: kubeconfigOf(server), hasKind: true })
      expect(choice).toMatchObject({ origin: 'kubeconfig', demanded: false })
    },
  )

  it.each(['https://prod.example.com', 'https://192.0.2.70:6443', 'no address'])(
    'is never a cluster elsewhere that KUBECONFIG happens to name: %s',
    (server) => {
      expect(decideCluster({ ...nothing, kubeconfig: kubeconfigOf(server) }).origin).toBe('testbed')
    },
  )

  it('is a cluster elsewhere when it is asked for by name', () => {
    const kubeconfig = kubeconfigOf('https://staging.example.com')
    expect(decideCluster({ ...nothing, kubeconfig, wish: 'kubeconfig' })).toMatchObject({
      origin: 'kubeconfig',
      demanded: true,
    })
  })

  it('is made by kind where kind is on PATH', () => {
    expect(decideCluster({ ...nothing, hasKind: true })).toMatchObject({ origin: 'kind', demanded: false })
  })

  it('stays what it is while it runs', () => {
    expect(decideCluster({ ...nothing, hasKind: true, running: 'testbed' }).origin).toBe('testbed')
  })
})
