import type { Ansible } from '../systems/ansible/ansible.ts'
import type { Clock } from '../systems/clock/clock.ts'
import type { Docker } from '../systems/docker/docker.ts'
import type { Git } from '../systems/git/git.ts'
import type { Http } from '../systems/http/http.ts'
import type { Kubernetes } from '../systems/kubernetes/cluster.ts'
import type { Registry } from '../systems/registry/registry.ts'
import type { Files } from '../systems/runner/files.ts'
import type { Processes } from '../systems/runner/processes.ts'
import type { Vault } from '../systems/vault/vault.ts'

/** Everything outside that stages talk to, by interface; main puts the real ones in. */
export interface Systems {
  readonly clock: Clock
  readonly processes: Processes
  readonly files: Files
  readonly http: Http
  readonly git: Git
  /** Loaded when first asked for, so that a call without deploy never pays for it. */
  docker(): Promise<Docker>
  registry(): Promise<Registry>
  vault(): Promise<Vault>
  kubernetes(): Promise<Kubernetes>
  ansible(): Promise<Ansible>
}
