import { networkInterfaces } from 'node:os'

export type Origin = 'testbed' | 'kubeconfig' | 'kind'

export interface Offer {
  /** `STAGEGATE_TESTBED_CLUSTER`: `testbed`, `kubeconfig` or `kind` decides, anything else leaves it to the offer. */
  readonly wish: string | undefined
  /** A kubeconfig that is not of the testbed itself, and the server of its current context. */
  readonly kubeconfig: { readonly path: string; readonly server: string } | undefined
  readonly hasKind: boolean
  /** What runs already: a second `up` changes nothing about it. */
  readonly running: Origin | undefined
  /** The machine's own addresses. */
  readonly ownAddresses: readonly string[]
}

export interface Choice {
  readonly origin: Origin
  readonly reason: string
  /** True when somebody asked for it by name: then it must work, and no other is taken in its place. */
  readonly demanded: boolean
}

/**
 * Decides which cluster is used: the one that runs, the one that is asked for, one that the machine offers, our own. A
 * kubeconfig that happens to be set may be that of production: unasked, only a cluster of this machine is touched.
 */
export function decideCluster(offer: Offer): Choice {
  const { wish, kubeconfig, running } = offer
  if (running !== undefined) return { origin: running, reason: 'it runs already', demanded: true }
  if (wish === 'testbed' || wish === 'kubeconfig' || wish === 'kind') {
    return { origin: wish, reason: `STAGEGATE_TESTBED_CLUSTER is ${wish}`, demanded: true }
  }
  if (kubeconfig !== undefined && isOfMachine(kubeconfig.server, offer.ownAddresses)) {
    return {
      origin: 'kubeconfig',
      reason: `KUBECONFIG names ${kubeconfig.server}, on this machine`,
      demanded: false,
    }
  }
  if (offer.hasKind)
    return { origin: 'kind', reason: 'kind is on PATH, and a Docker engine answers', demanded: false }
  const why =
    kubeconfig === undefined ? 'the machine offers none' : `${kubeconfig.server} is not on this machine`
  return { origin: 'testbed', reason: why, demanded: true }
}

function isOfMachine(server: string, ownAddresses: readonly string[]): boolean {
  if (!URL.canParse(server)) return false
  const host = new URL(server).hostname.replace(/^\[|\]$/g, '')
  return host === 'localhost' || host.startsWith('127.') || ownAddresses.includes(host)
}

/** The addresses of the machine's interfaces. */
export function readOwnAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).map(({ address }) => address),
  )
}
