import type { Ansible } from '../systems/ansible/ansible.ts'
import type { Clock } from '../systems/clock/clock.ts'
import type { BuiltImage, Docker } from '../systems/docker/docker.ts'
import type { CommitComparison, Git } from '../systems/git/git.ts'
import type { GitHubPermission, PermissionAnswer } from '../systems/github/ask-permission.ts'
import type { Http } from '../systems/http/http.ts'
import type { Kubernetes } from '../systems/kubernetes/cluster.ts'
import type { Registry } from '../systems/registry/registry.ts'
import type { Files } from '../systems/runner/files.ts'
import type { RunnerFiles } from '../systems/runner/runner-files.ts'
import type { Processes } from '../systems/runner/processes.ts'
import type { Vault } from '../systems/vault/vault.ts'

/** Everything outside that stages talk to, by interface; main puts the real ones in. */
export interface Systems {
  readonly clock: Clock
  readonly processes: Processes
  readonly files: Files
  readonly runnerFiles: Pick<RunnerFiles, 'restore'>
  readonly http: Http
  readonly git: Git
  /** Undefined without a token. */
  readonly github: GitHubQuestions | undefined
  readonly idToken: IdTokenUse
  /** Loaded when first asked for, so that a call without deploy never pays for it. */
  docker(): Promise<Docker>
  registry(): Promise<Registry>
  vault(): Promise<Vault>
  kubernetes(): Promise<Kubernetes>
  ansible(): Promise<Ansible>
  /**
   * The image that other jobs of this run have built, checked, as one layout.
   *
   * @throws StagegateError E_ARTIFACT_*, E_HANDOVER_*, E_IMAGE_LAYOUT
   */
  handedOverImage(signal: AbortSignal): Promise<BuiltImage>
}

/** What stages may ask of GitHub; what is written there is the report's alone. */
export interface GitHubQuestions {
  /** Never throws; waits for what other requests of the run tell, and asks where none does. */
  askPermission(permission: GitHubPermission, signal: AbortSignal): Promise<PermissionAnswer>
  /** How two commits stand to each other; undefined when GitHub cannot tell. @throws StagegateError E_GITHUB_* */
  compareCommits(base: string, head: string, signal: AbortSignal): Promise<CommitComparison | undefined>
}

/** The run's own OIDC tokens: whether the runner gives them, and which logins ask for one. */
export interface IdTokenUse {
  readonly available: boolean
  readonly usedFor: readonly ('vault' | 'kubernetes')[]
}
