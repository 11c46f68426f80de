import { z } from 'zod'
import { defaults } from '../defaults.ts'
import { VARIABLE_FORM, isSettableVariable } from '../environment-names.ts'
import { dnsLabel, duration, httpUrl, line, path, paths, severity, switchedOff, matching } from './scalars.ts'
import { oneOf, strict } from './strict.ts'

const branch = matching(/^[^\s~^:?[\\]{1,255}$/, 'a branch, or a pattern with * and **')
const event = (what: string) =>
  oneOf('true, false, a branch, or a list of branches', [z.boolean(), branch, z.array(branch).max(50)])
    .optional()
    .describe(what)

/** The events that may deploy. */
export const deployOn = strict({
  push: event('Pushes: true, or the branches.'),
  workflow_dispatch: event('Runs by hand: true, or the branches.'),
  release: event('Releases: true for those that are published, released or prereleased, or the actions.'),
  merge_group: event('The merge queue: true, or the branches that are merged into.'),
  schedule: event('Runs by the clock.'),
  repository_dispatch: event('Runs by the API.'),
  workflow_run: event('Runs after another workflow that succeeded: true, or the branches that it ran on.'),
  pull_request: event('Pull requests of this repository: true, or the branches that are merged into.'),
})

const timeout = (step: keyof typeof defaults.timeouts) =>
  duration.optional().meta({ description: 'How long the step may take.', default: defaults.timeouts[step] })
const critical = z
  .boolean()
  .optional()
  .meta({ description: 'Whether a failure of the step ends the run; otherwise it is a warning.', default: true })

const VAULT_PATH_FORM = 'a path such as secret/staging/api, without empty parts, "." and ".."'

const secret = strict({
  path: matching(/^(?!(?:.*\/)?\.{1,2}(?:\/|$))[^\s/?#%]+(?:\/[^\s/?#%]+)+$/, VAULT_PATH_FORM)
    .describe('Path in Vault, with the mount first. KV 1 and 2 are told apart.'),
  public: z
    .array(line)
    .min(1)
    .max(500)
    .optional()
    .describe('Keys that are configuration and not secret. They go to the same place, and are not hidden in log and report.'),
  to: oneOf('{kubernetes: NAME}, {env: {KEY: NAME}, steps: [migration]}, or {sops: KEY}', [
    strict({
      kubernetes: matching(/^[a-z0-9](?:[-.a-z0-9]{0,251}[a-z0-9])?$/, 'the name of a Secret')
        .describe('The Secret in the namespace that gets every key.'),
    }),
    strict({
      env: z
        .record(line, z.string().refine(isSettableVariable, VARIABLE_FORM))
        .describe('Key of the secret, and the variable that gets its value.'),
      steps: z.array(z.literal('migration')).min(1).max(1).describe('The steps that get the variables.'),
    }),
    strict({ sops: line.describe('The key of the secret with the age key that decrypts files of SOPS.') }),
  ]).describe('Where the values go.'),
})

const check = strict({
  name: line.describe('The name in log and report.'),
  url: matching(
      /^(?:https?:\/\/[^\s@]+|\{environment-url\}\S*|service:\/\/[a-z0-9](?:[-a-z0-9]*[a-z0-9])?:(?:[0-9]{1,5}|[a-z][-a-z0-9]*)(?:\/\S*)?)$/,
      'an http or https URL, one that begins with {environment-url}, or service://NAME:PORT/path',
    )
    .describe(
      '{environment-url}, {version}, {sha} and {environment} are filled in; service://NAME:PORT/path goes through the API server.',
    ),
  status: z
    .int()
    .min(100)
    .max(599)
    .optional()
    .meta({ description: 'The status that is expected.', default: defaults.smokeStatus }),
  body: oneOf('a text, or keys with values', [z.string(), z.record(z.string(), z.unknown())])
    .optional()
    .describe('A text that the body contains, or keys and values of a JSON body. Filled in as the URL is.'),
})
const checks = z.array(check).min(1).max(100)

const KIND = /^(?:[a-z0-9](?:[-.a-z0-9]*[a-z0-9])?\/)?(?:[A-Z][A-Za-z0-9]*|(?<=\/)\*)$/
const KIND_FORM = 'a kind such as Deployment, cert-manager.io/Certificate or cert-manager.io/*'

const chart = strict({
  chart: path.describe('The folder of a Helm chart, with its Chart.yaml.'),
  release: dnsLabel
    .max(53)
    .optional()
    .describe("The name of the release. Without it: the service's name."),
  values: paths.optional().describe('Files of values; a later one goes before an earlier one.'),
  hooks: z
    .enum(['refuse', 'leave-out'])
    .optional()
    .meta({
      description: 'What becomes of the hooks of the chart, which are never run; its tests are always left out.',
      default: defaults.chartHooks,
    }),
})
const sources = z.array(oneOf('a path, or {chart, release, values, hooks}', [path, chart])).min(1).max(100)

export const deploy = strict({
  on: deployOn.optional().meta({ description: 'The events that may deploy.', default: defaults.deployOn }),
  'environment-url': httpUrl.optional().describe('Where the environment answers. The input environment-url goes first.'),
  configs: strict({
    repository: matching(/^[\w.-]+\/[\w.-]+$/, 'owner/name')
      .describe('Another repository with the deployment configurations: all paths under deploy are in it.'),
    ref: matching(/^(?!-)[^\s~^:?*[\\]{1,255}$/, 'a branch, a tag or a commit')
      .describe('Branch, tag or commit; resolved once to a commit.'),
    path: path.optional().meta({ description: 'The folder in it.', default: defaults.configsPath }),
    timeout: timeout('configs'),
  })
    .optional()
    .describe('Where the deployment configurations are. Without it: in this repository.'),
  secrets: z.array(secret).min(1).max(100).optional().describe('What is read from Vault, and where it goes.'),
  infrastructure: oneOf('{playbook, inventory}, or false', [
    switchedOff,
    strict({
      playbook: path.describe('The playbook of Ansible.'),
      inventory: path.describe('Its inventory: a file or a folder.'),
      timeout: timeout('infrastructure'),
      critical,
    }),
  ])
    .optional()
    .describe('Without it: ansible/site.yml with ansible/inventory, where both are there.'),
  manifests: oneOf('a path, a chart, a list of these, {paths, timeout, allow}, or false', [
    switchedOff,
    path,
    sources,
    strict({
      paths: oneOf('a path, a chart, or a list of these', [path, chart, sources]).describe(
        'Files, folders, globs, folders of kustomizations and charts.',
      ),
      timeout: timeout('manifests'),
      allow: strict({
        namespaces: z
          .array(dnsLabel)
          .max(100)
          .optional()
          .describe("Namespaces beside the environment's own that objects may be in. Without it: any."),
        kinds: z
          .array(matching(KIND, KIND_FORM))
          .min(1)
          .max(200)
          .optional()
          .describe('Kinds that objects may be of. Without it: any.'),
      })
        .optional()
        .describe('What manifests may be about; anything else is refused before anything is applied.'),
    }),
  ])
    .optional()
    .describe(
      'Where the Kubernetes manifests are: files, folders, globs, folders of kustomizations, charts. Without it: k8s/, deploy/ or manifests/.',
    ),
  policy: oneOf('keys with values, or false', [
    switchedOff,
    strict({
      tool: z.literal('conftest').optional().describe('The tool.'),
      paths: paths.describe('Files and folders of rules in Rego.'),
      data: paths.optional().describe('Files and folders of data for the rules.'),
      namespaces: z
        .array(matching(/^[a-z_][\w.]*$/i, 'a package of Rego such as main'))
        .min(1)
        .max(50)
        .optional()
        .describe('The packages whose rules are asked. Without it: main.'),
      'rego-version': z
        .enum(['v0', 'v1'])
        .optional()
        .meta({ description: 'The syntax of the rules.', default: defaults.rego }),
      'fail-on': severity.optional().describe('The least severity that fails the run, for policy.'),
      timeout: timeout('policy'),
      critical,
    }),
  ])
    .optional()
    .describe('Rules for the manifests, asked before anything is applied.'),
  rollout: strict({
    timeout: timeout('rollout'),
    logs: z.int().min(0).max(10).optional().meta({
      description: 'Of how many new pods of each workload the log is shown as it is written; 0 for none.',
      default: defaults.rolloutLogs,
    }),
  })
    .optional()
    .describe('How the rollout is watched.'),
  migration: oneOf('keys with values, or false', [
    switchedOff,
    strict({
      tool: z.literal('flyway').optional().meta({ description: 'The tool.', default: defaults.migration.tool }),
      image: matching(/^[a-z0-9[][\w.:/@[\]-]*$/, 'an image such as docker.io/flyway/flyway:11')
        .describe('The image with the tool, with its tag or digest.'),
      locations: path
        .optional()
        .meta({ description: 'The folder with the SQL files (docs/migration.md).', default: defaults.migration.locations }),
      url: matching(/^jdbc:(?!.*[?&;]password=)[a-z0-9]+:\S+$/i, 'a JDBC URL without a password, such as jdbc:postgresql://db:5432/app')
        .describe('The JDBC URL of the database as a pod sees it. User and password come from secrets.'),
      when: z
        .enum(['after-rollout', 'before-rollout'])
        .optional()
        .meta({ description: 'When it runs.', default: defaults.migration.when }),
      keep: z.int().min(1).max(100).optional().meta({
        description: 'How many Jobs that have ended stay in the namespace, the newest.',
        default: defaults.migration.keep,
      }),
      timeout: timeout('migration'),
    }),
  ])
    .optional()
    .describe('The migration of the database, as a Job in the namespace.'),
  smoke: oneOf('a list of checks, or {checks, timeout, critical}', [
    checks,
    strict({ checks: checks.describe('The checks.'), timeout: timeout('smoke'), critical }),
  ])
    .optional()
    .describe('Requests to the deployed service, and what they must answer.'),
})
