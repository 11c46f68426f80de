import { join } from 'node:path'
import { Resolver } from 'node:dns/promises'
import { addresses } from '../addresses.ts'
import { writeAtomically } from '../files.ts'
import { folderOf, type PartContext } from '../part.ts'
import type { Credentials } from './credentials.ts'

/** The cluster's names, and only those: a pod of the testbed has no business with other names. */
export async function startDns(
  context: PartContext,
  programs: string,
  credentials: Credentials,
): Promise<void> {
  const configuration = `cluster.local:53 {
  bind ${addresses.machine}
  errors
  kubernetes cluster.local {
    kubeconfig ${credentials.kubeconfig.admin} testbed
  }
}
`
  const file = join(folderOf(context, 'kubernetes'), 'Corefile')
  writeAtomically(file, configuration)
  const resolver = new Resolver({ timeout: 500, tries: 1 })
  resolver.setServers([addresses.machine])
  await context.processes.ensure({
    name: 'coredns',
    part: 'kubernetes',
    argv: [join(programs, 'coredns'), '-conf', file],
    configuration: [configuration],
    listens: [`${addresses.machine}:53`],
    ready: () => resolver.resolve4('kubernetes.default.svc.cluster.local'),
  })
}
