/** How bad a finding is, worst first. */
export const severities = ['critical', 'high', 'medium', 'low', 'info'] as const

/** A login to the registry. */
export interface RegistryLogin {
  readonly username: string
  readonly password: string
}

export type VaultLogin =
  /** With the run's own OIDC token, asked for with this audience. */
  | { readonly kind: 'jwt'; readonly mount: string; readonly role: string; readonly audience: string }
  | { readonly kind: 'token'; readonly token: string }

export interface VaultInputs {
  /** Without a trailing slash. */
  readonly url: string
  readonly login: VaultLogin
  readonly namespace: string | undefined
  /** PEM. */
  readonly caCertificate: string | undefined
}

export type ClusterInputs =
  /** With the run's own OIDC token, asked for with this audience. */
  | {
      readonly kind: 'oidc'
      /** Without a trailing slash. */
      readonly server: string
      /** PEM. */
      readonly caCertificate: string | undefined
      readonly audience: string
    }
  | { readonly kind: 'kubeconfig'; readonly kubeconfig: string; readonly context: string | undefined }

/** A key for ssh, as Ansible uses it. */
export interface SshInputs {
  /** PEM or OpenSSH form, with its final newline. */
  readonly key: string
  /** Lines of a known_hosts file. */
  readonly knownHosts: string | undefined
}

/** Every input of action.yml, read once, with its type. Secrets are in it: it is never printed. */
export interface Inputs {
  /** Undefined: all stages. */
  readonly stages: readonly string[] | undefined
  /** `auto`, `start` or the name of a stage. */
  readonly from: string
  /** Path of the configuration file, relative to the working directory. Undefined: the default one, if it is there. */
  readonly config: string | undefined
  readonly dryRun: boolean
  readonly environment: string
  readonly version: string | undefined
  /** Relative to the workspace. */
  readonly workingDirectory: string
  readonly githubToken: string | undefined
  readonly image: string | undefined
  readonly registry: RegistryLogin | undefined
  readonly vault: VaultInputs | undefined
  /** Whether Vault is named, and only its token is missing: a secret that another call may have. */
  readonly awaitsVaultToken: boolean
  readonly cluster: ClusterInputs | undefined
  readonly namespace: string | undefined
  readonly configsToken: string | undefined
  readonly ssh: SshInputs | undefined
  /** Identities of age, none where there is no key. */
  readonly ageKeys: readonly string[]
  readonly rollback: 'auto' | 'never'
  readonly allowOlder: boolean
  /** Milliseconds that the whole run may take. */
  readonly timeoutMs: number
  readonly statusContext: string
  readonly environmentUrl: string | undefined
  readonly failOn: (typeof severities)[number] | undefined
  /** `${{ toJSON(needs) }}` of a job of the reusable workflow; undefined in any other call. */
  readonly needs: string | undefined
  /** `2/3`: which part of the tests a job runs. */
  readonly shard: string | undefined
  /** How many jobs the tests are spread over. */
  readonly shards: number
  /** `linux/arm64`: the only platform that a job builds. */
  readonly platform: string | undefined
}
