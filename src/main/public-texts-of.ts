import type { Config } from '../config/config.ts'
import type { ImageOutput } from '../stages/image/image.ts'
import { bookkeepingName } from '../systems/kubernetes/bookkeeping.ts'
import { deploymentKeyOf } from './deployment-writer.ts'
import { checkName } from './github-writer.ts'
import { reportFileOf } from './report-file-of.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The texts of a run that everybody could read before the first secret was: its names, addresses, commits and tags. */
export function publicTextsOf(config: Config, env: Environment): readonly (string | undefined)[] {
  const { trigger, deploy, image, service, version, statusContext } = config
  const { run } = trigger
  return [
    ...[service, version, `${service} ${version}`, config.environment, statusContext],
    ...['build', 'test', 'scan', 'image', 'deploy', 'report'].map((stage) => checkName(config, stage)),
    ...[trigger.repository, trigger.commit, trigger.headCommit, trigger.ref, trigger.branch, trigger.tag],
    ...[run.id, run.url, run.workflow, run.workflowPath, run.job, run.actor, deploymentKeyOf(config)],
    ...[env.GITHUB_SERVER_URL, env.GITHUB_API_URL, config.folder, config.workspace, reportFileOf(config)],
    ...(image.configured
      ? imageTexts(
          image.repository,
          image.tags.map(({ name }) => name),
        )
      : []),
    ...(deploy.configured ? deployTexts(service, deploy) : []),
  ]
}

/** What is known of an image when it is there. */
export function publicTextsOfImage({ repository, digest, tags }: ImageOutput): readonly string[] {
  return [...imageTexts(repository, tags), digest, `${repository}@${digest}`]
}

function imageTexts(repository: string, tags: readonly string[]): readonly string[] {
  const registry = repository.split('/')[0] ?? ''
  return [repository, registry, ...tags, ...tags.map((tag) => `${repository}:${tag}`)]
}

function deployTexts(
  service: string,
  { namespace, environmentUrl, configs, secrets }: Config['deploy'] & { readonly configured: true },
): readonly (string | undefined)[] {
  const repository = configs.configured ? configs.repository : undefined
  const entries = secrets.configured ? secrets.entries : []
  return [
    ...[namespace, environmentUrl, `${namespace}/${bookkeepingName(service, 'lock')}`],
    ...[repository?.name, repository?.ref, repository?.path],
    ...entries.map(({ path }) => path),
    ...entries.map(({ to }) => (to.kind === 'kubernetes' ? to.secret : undefined)),
  ]
}
