import { existsSync, readFileSync } from 'node:fs'
import { TestbedFailure } from './failure.ts'
import { readPaths } from './paths.ts'

/**
 * Everything that a test or a user needs to know about the running testbed: the content of `testbed.json`. One section
 * per part; addresses have no trailing slash, files are absolute paths, credentials are made anew by each first `up`.
 */
export interface TestbedDescription {
  /** The certificate authority that signs every server of the testbed. */
  readonly certificates: {
    /** Its certificate (PEM file). */
    readonly authority: string
  }
  /** An address of the machine itself that pods and the test host reach; nothing outside the machine does. */
  readonly network: { readonly address: string }
  readonly docker: {
    /** `DOCKER_HOST` of the engine. */
    readonly host: string
    /** `DOCKER_CONFIG`: holds the buildx plugin and the builder, and no credentials. */
    readonly config: string
  }
  readonly buildkit: {
    readonly address: string
    /** The buildx builder that uses it (`BUILDX_BUILDER`), known in `docker.config`. */
    readonly builder: string
  }
  readonly registry: {
    /** Host and port, as in an image name. It speaks plain HTTP, and every request needs the login. */
    readonly address: string
    readonly username: string
    readonly password: string
  }
  /** Images that the registry was seeded with, by name and tag. */
  readonly images: {
    readonly debian: string
    /** Debian with Node 24, npm and a user `node` (1000). */
    readonly node: string
    readonly flyway: string
    readonly pause: string
  }
  readonly kubernetes: {
    /** With a client certificate of a cluster administrator. */
    readonly kubeconfig: string
    readonly server: string
    /** The API server's certificate authority (PEM file). */
    readonly authority: string
    /** The namespace in which the deploying identity is `admin`. */
    readonly namespace: string
    /** The audience of the OIDC tokens that the API server accepts. */
    readonly audience: string
    /** The user that a token of `acme/ai-gen-service`, environment `staging`, is mapped to. */
    readonly deployer: string
    readonly node: string
    /** containerd's socket (its namespace is `k8s.io`), when the testbed runs the node. */
    readonly containerd?: string
    /** Made by the testbed, or what the machine offered. */
    readonly origin: 'testbed' | 'kubeconfig' | 'kind'
  }
  readonly postgres: {
    readonly host: string
    readonly port: number
    /** The name by which pods of the namespace reach it. */
    readonly serviceHost: string
    readonly database: string
    readonly superuser: { readonly username: string; readonly password: string }
    /** Owns the database's objects; nobody logs in as it. */
    readonly owner: string
    readonly app: { readonly username: string; readonly password: string }
  }
  readonly vault: {
    readonly url: string
    /** (PEM file) */
    readonly authority: string
    readonly authMount: string
    readonly role: string
    readonly audience: string
    readonly rootToken: string
    readonly paths: {
      readonly appSecret: string
      readonly migrator: string
      /** A secret in a mount of KV version 1. */
      readonly versionOne: string
    }
  }
  readonly oidc: {
    readonly issuer: string
    /** Where a test mints a job's request token: `POST` with `{claims}`. */
    readonly jobs: string
  }
  readonly github: {
    /** `GITHUB_API_URL`. Its control routes are below `/_testbed`. */
    readonly url: string
  }
  readonly host: {
    readonly address: string
    readonly port: number
    readonly username: string
    readonly privateKey: string
    readonly knownHosts: string
    /** An inventory with the host in group `nodes`; the key is not in it. */
    readonly inventory: string
  }
  readonly scanners: {
    /** `OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY` for `osv-scanner --offline`. */
    readonly osvDatabase: string
  }
  /** What turns a folder into manifests and judges them, each as a program's path. */
  readonly renderers: {
    readonly helm: string
    readonly sops: string
    readonly ageKeygen: string
    readonly conftest: string
  }
  readonly engine: {
    /** act, which runs workflows. */
    readonly program: string
  }
  /** Folders and binaries that are there whatever part is up. */
  readonly state: string
  readonly cache: string
  /** The folder with every program of the testbed: kubectl, bao, semgrep, osv-scanner, act … */
  readonly bin: string
}

/** The parts of the testbed, by the name of their section. */
export type PartName = Exclude<keyof TestbedDescription, 'state' | 'cache' | 'bin'>

/** The description while only some parts are up. */
export type PartialDescription = Partial<TestbedDescription>

/** Reads `testbed.json`, whatever parts it describes; an empty description when there is none. */
export function readPartialDescription(path: string): PartialDescription {
  if (!existsSync(path)) return {}
  return JSON.parse(readFileSync(path, 'utf8')) as PartialDescription
}

const parts: Readonly<Record<PartName, true>> = {
  certificates: true,
  network: true,
  docker: true,
  buildkit: true,
  registry: true,
  images: true,
  kubernetes: true,
  postgres: true,
  vault: true,
  oidc: true,
  github: true,
  host: true,
  scanners: true,
  renderers: true,
  engine: true,
}

/** For tests: the description of a testbed of which every part is up. */
export function readTestbed(path = readPaths().description): TestbedDescription {
  const description = readPartialDescription(path)
  const missing = Object.keys(parts).filter((part) => !(part in description))
  if (missing.length > 0) {
    throw new TestbedFailure(`the testbed is not up: ${path} does not describe ${missing.join(', ')}`, {
      next: 'run script/testbed up',
    })
  }
  return description as TestbedDescription
}
