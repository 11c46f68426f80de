import { z } from 'zod'
import { defaults } from '../defaults.ts'
import { VARIABLE_FORM, isSettableVariable } from '../environment-names.ts'
import { duration, httpUrl, line, path, paths, switchedOff, matching } from './scalars.ts'
import { oneOf, strict } from './strict.ts'

const branch = matching(/^[^\s~^:?[\\]{1,255}$/, 'a branch, or a pattern with * and **')
const event = (what: string) =>
  oneOf('true, false, a branch, or a list of branches', [z.boolean(), branch, z.array(branch).max(50)])
    .optional()
    .describe(what)

const on = strict({
  push: event('Pushes: true, or the branches.'),
  workflow_dispatch: event('Runs by hand: true, or the branches.'),
  release: event('Releases.'),
  merge_group: event('The merge queue: true, or the branches that are merged into.'),
  schedule: event('Runs by the clock.'),
  repository_dispatch: event('Runs by the API.'),
  workflow_run: event('Runs after another workflow: true, or the branches that it ran on.'),
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
  to: oneOf('{kubernetes: NAME}, or {env: {KEY: NAME}, steps: [migration]}', [
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

export const deploy = strict({
  on: on.optional().meta({ description: 'The events that may deploy.', default: defaults.deployOn }),
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
  manifests: oneOf('a path, a list of paths, {paths, timeout}, or false', [
    switchedOff,
    path,
    z.array(path).min(1).max(100),
    strict({
 paths: paths.describe('Files, folders and globs.'), timeout: timeout('manifests') }),
  ])
    .optional()
    .describe('Files, folders and globs with Kubernetes manifests. Without it: k8s/, deploy/ or manifests/.'),
  rollout: strict({ timeout: timeout('rollout') }).optional().describe('How the rollout is watched.'),
  migration: oneOf('keys with values, or false', [
    switchedOff,
    strict({
      tool: z.literal('flyway').optional().meta({ description: 'The tool.', default: defaults.migration.tool }),
      image: matching(/^[a-z0-9[][\w.:/@[\]-]*$/, 'an image such as docker.io/flyway/flyway:11')
        .describe('The image with the tool, with its tag or digest.'),
      locations: path
        .optional()
        .meta({ description: 'The folder with the SQL files.', default: defaults.migration.locations }),
      url: matching(/^jdbc:(?!.*[?&;]password=)[a-z0-9]+:\S+$/i, 'a JDBC URL without a password, such as jdbc:postgresql://db:5432/app')
        .describe('The JDBC URL of the database as a pod sees it. User and password come from secrets.'),
      when: z
        .enum(['after-rollout', 'before-rollout'])
        .optional()
        .meta({ description: 'When it runs.', default: defaults.migration.when }),
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
