import type { Trigger } from './trigger.ts'

/**
 * What a step is to do, or why there is nothing for it to do. `source` says where it came from, as the plan prints it:
 * `.github/stagegate.yml:12`, `detected: package.json has a script "build"`, `input image`, `default`.
 */
export type Configured<Settings> =
  | ({
      readonly configured: true
      readonly source: string
      readonly critical: boolean
      readonly timeoutMs: number
    } & Settings)
  | { readonly configured: false; readonly reason: string }

/** A command of the project. Its text is the only text that a shell ever gets, and it comes from the commit itself. */
export interface CommandSettings {
  /** Commands, run one after another; the first that fails ends the step. */
  readonly run: readonly string[]
  readonly shell: 'bash' | 'sh'
  /** Absolute, inside the workspace. */
  readonly workingDirectory: string
  readonly env: Readonly<Record<string, string>>
  /** Globs of report files, relative to the workspace: JUnit XML, SARIF, Checkstyle, ESLint JSON. */
  readonly reports: readonly string[]
}

export interface TestSettings extends CommandSettings {
  /** Whether a run in which no test was found is a success. */
  readonly allowNoTests: boolean
}

export type Severity = 'critical' | 'high' | 'medium' | 'low' | 'info'

export interface ScannerSettings {
  readonly failOn: Severity
}

export interface SastSettings extends ScannerSettings {
  readonly tool: 'semgrep'
  /** A file or folder of rules, or a registry name such as `p/ci`. */
  readonly config: string
}

export interface DependenciesSettings extends ScannerSettings {
  readonly tool: 'osv-scanner'
}

export interface DastSettings extends ScannerSettings {
  readonly tool: 'schemathesis'
  /** The command that starts the service to be scanned. */
  readonly start: string
  readonly env: Readonly<Record<string, string>>
  /** The URL that answers 2xx when the service is up; only its origin is ever scanned. */
  readonly waitFor: string
  /** Path of the OpenAPI document, inside the workspace. */
  readonly target: string
  /** Further arguments of the tool. */
  readonly args: readonly string[]
}

/** A finding that does not fail the run until the day it expires. */
export interface IgnoreEntry {
  readonly id: string
  readonly reason: string
  /** The last day that it counts: `2027-01-31`. */
  readonly expires: string
}

export interface ImageSettings {
  /** Repository with its registry, lower case, without a tag: `ghcr.io/acme/ai-gen-service`. */
  readonly repository: string
  /** Tags with their templates filled in, and whether each may move to another digest. */
  readonly tags: readonly { readonly name: string; readonly moves: boolean }[]
  /** What happens when a tag with the commit in it exists with another digest: it stays, or the run fails. */
  readonly commitTag: 'keep' | 'fail'
  /** Absolute paths. */
  readonly context: string
  readonly file: string
  readonly target: string | undefined
  readonly buildArgs: Readonly<Record<string, string>>
  readonly platforms: readonly string[]
  /** Which half of the stage this call runs; undefined: both. */
  readonly part?: 'build' | 'push'
  readonly labels: Readonly<Record<string, string>>
}

/** Where the values of a secret go. */
export type SecretDestination =
  | { readonly kind: 'kubernetes'; readonly secret: string }
  /** The key whose value is an age identity, with which files of SOPS are decrypted. */
  | { readonly kind: 'sops'; readonly key: string }
  /** Key in the secret → name of a variable, for these steps. */
  | {
      readonly kind: 'env'
      readonly names: Readonly<Record<string, string>>
      readonly steps: readonly string[]
    }

export interface SecretSettings {
  readonly path: string
  /** Keys that are configuration and not secret: their values are not hidden. */
  readonly publicKeys?: readonly string[]
  readonly to: SecretDestination
  readonly source: string
}

export interface ConfigsSettings {
  /** Undefined: the service's own repository, at the commit that is deployed. */
  readonly repository: { readonly name: string; readonly ref: string; readonly path: string } | undefined
}

export interface InfrastructureSettings {
  /** Relative to the deployment configurations. */
  readonly playbook: string
  readonly inventory: string
}

/** Where manifests are, relative to the deployment configurations. */
export type ManifestSource =
  /** A file, a glob, a folder of files, of a kustomization or of a chart. */
  | { readonly kind: 'path'; readonly path: string }
  | {
      readonly kind: 'chart'
      readonly path: string
      /** Undefined: the service's name. */
      readonly release: string | undefined
      readonly values: readonly string[]
      readonly hooks: 'refuse' | 'leave-out'
    }

export interface ManifestsSettings {
  readonly sources: readonly ManifestSource[]
  /** What manifests may be about; undefined: anything. */
  readonly allow: {
    readonly namespaces: readonly string[] | undefined
    readonly kinds: readonly string[] | undefined
  }
}

export interface PolicySettings extends ScannerSettings {
  readonly tool: 'conftest'
  /** Files and folders of Rego, relative to the deployment configurations. */
  readonly paths: readonly string[]
  /** Files and folders of data for the rules. */
  readonly data: readonly string[]
  /** Packages whose rules are asked; undefined: `main`. */
  readonly namespaces: readonly string[] | undefined
  /** The syntax of the rules. */
  readonly rego: 'v0' | 'v1'
}

export interface MigrationSettings {
  readonly tool: 'flyway'
  /** Image with the tool. */
  readonly image: string
  /** Folder with the SQL, relative to the deployment configurations. */
  readonly locations: string
  /** JDBC URL as the Job's pod sees the database. */
  readonly url: string
  readonly when: 'after-rollout' | 'before-rollout'
  /** How many Jobs that have ended stay, the newest. */
  readonly keep: number
}

export interface SmokeCheck {
  readonly name: string
  /** `{environment-url}` and `{version}` are filled in; `service://NAME:PORT/path` goes through the API server's proxy. */
  readonly url: string
  readonly status: number
  /** Expected values by key of a JSON body, or a text that the body contains. */
  readonly body: Readonly<Record<string, unknown>> | string | undefined
  readonly source: string
}

export interface RolloutSettings {
  /** Of how many new pods of each workload the log is shown. */
  readonly logs: number
}

export interface DeploySettings {
  readonly namespace: string
  readonly allowOlder: boolean
  readonly rollback: 'auto' | 'never'
  readonly environmentUrl: string | undefined
  readonly configs: Configured<ConfigsSettings>
  readonly secrets: Configured<{ readonly entries: readonly SecretSettings[] }>
  readonly infrastructure: Configured<InfrastructureSettings>
  readonly manifests: Configured<ManifestsSettings>
  readonly policy: Configured<PolicySettings>
  readonly rollout: Configured<RolloutSettings>
  readonly migration: Configured<MigrationSettings>
  readonly smoke: Configured<{ readonly checks: readonly SmokeCheck[] }>
}

/** The whole configuration of a run: no secret is in it, and it can be printed. */
export interface Config {
  readonly service: string
  readonly version: string
  readonly versionSource: string
  /** The input `environment`: its name wherever one is said, also where nothing is deployed. */
  readonly environment: string
  readonly trigger: Trigger
  /** Absolute path of the checkout, with the input working-directory applied. */
  readonly workspace: string
  /** The same from the root of the checkout: `services/api`; empty for the root itself. */
  readonly folder: string
  /** Absolute path for our own temporary files, 0700, removed at the end. */
  readonly temporary: string
  readonly statusContext: string
  /** Whether `deploy.on` lets this event deploy: only then are images pushed and commit statuses written. */
  readonly mayDeploy: boolean
  /** The inputs `stages` (undefined: all) and `from`. */
  readonly selection: {
    readonly stages: readonly string[] | undefined
    readonly from: string
    /** `jobs`: the workflow has seen to it that earlier stages passed. */
    readonly gates?: 'ledger' | 'jobs'
    /** Set where no call can leave a pass for the next one: on a fork. */
    readonly noLedger?: true
    /** Set where this call's identity lacks the claim `environment`, which that of the call that deploys has. */
    readonly outsideEnvironment?: true
    /** What this call has no login for, because it can come with a secret of the environment. */
    readonly unknownHere?: readonly ('cluster' | 'vault' | 'configs')[]
  }
  /** SHA-256 over the configuration as it was read; part of a stage's identity in the ledger. */
  readonly digest: string
  readonly build: Readonly<Record<'prepare' | 'compile' | 'lint' | 'analyze', Configured<CommandSettings>>>
  readonly test: Readonly<Record<'unit' | 'integration', Configured<TestSettings>>>
  readonly scan: {
    readonly sast: Configured<SastSettings>
    readonly dast: Configured<DastSettings>
    readonly dependencies: Configured<DependenciesSettings>
    readonly secrets: Configured<ScannerSettings>
    readonly config: Configured<ScannerSettings>
    readonly ignore: readonly IgnoreEntry[]
    /** The configuration file that these settings are read from, relative to the workspace; without one, all are detected. */
    readonly file?: string
  }
  /** How many annotations the check runs of a call have in all. */
  readonly annotations: number
  readonly image: Configured<ImageSettings>
  readonly deploy: Configured<DeploySettings>
}
