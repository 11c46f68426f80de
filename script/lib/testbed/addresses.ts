/**
 * Every address that the testbed takes. All are loopback, or addresses that it gives the machine itself: nothing is
 * reachable from outside.
 */
export const addresses = {
  /** Of the testbed's own bridge: what pods and the test host reach. The API server and the kubelet refuse loopback. */
  machine: '10.98.0.1',
  /** The test host's network namespace, and the machine's side of the cable to it. */
  host: '10.99.0.2',
  hostGateway: '10.99.0.1',
  services: '10.96.0.0/16',
  apiService: '10.96.0.1',
  pods: '10.244.0.0/24',
} as const

/** Away from the components' usual ports where nobody needs to know them, so that another cluster does not disturb. */
export const ports = {
  registry: 5000,
  postgres: 5432,
  vault: 8200,
  apiServer: 6443,
  kubelet: 10_250,
  oidc: 18_443,
  github: 18_080,
  etcd: 22_379,
  etcdPeer: 22_380,
  controllerManager: 22_257,
  scheduler: 22_259,
  kubeletHealth: 22_248,
  proxyHealth: 22_256,
  proxyMetrics: 22_249,
} as const
