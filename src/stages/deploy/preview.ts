import type { Config } from '../../config/config.ts'
import type { Preview, PreviewContext, StepContext } from '../../pipeline/index.ts'
import type { ImageOutput } from '../image/image.ts'
import type { Systems } from '../systems.ts'
import { fetchConfigs } from './configs/configs.ts'
import type { ActiveDeploySettings } from './deployment.ts'
import { runPlaybook } from './infrastructure/infrastructure.ts'
import { addNamespaces, addOwnNamespace } from './manifests/add-namespaces.ts'
import { ChangeLines } from './manifests/change-lines.ts'
import { hideAsBefore } from './manifests/hide-as-before.ts'
import { readPinned } from './manifests/read-pinned.ts'
import { stampAsLive } from './manifests/stamp-as-live.ts'
import { previewPolicy } from './policy/policy.ts'
import { noSecrets } from './secrets/secrets.ts'

/** Stands for the digest that is known only after the push. */
const NOT_YET_KNOWN = `sha256:${'0'.repeat(64)}`

/**
 * What a deployment would change: the playbook with `--check --diff`, the manifests by a server-side dry run of those that
 * are not certainly unchanged. It logs in to read, takes no lock and writes nothing.
 */
export async function previewDeployment(
  config: Config,
  settings: ActiveDeploySettings,
  image: ImageOutput | undefined,
  { systems, signal, log }: PreviewContext<Systems>,
): Promise<readonly Preview[]> {
  const ignore = (): void => undefined
  const step: StepContext = { signal, log, fact: ignore, keep: ignore }
  const configs = await fetchConfigs({ config, settings, systems }, step)
  const previews: Preview[] = []
  const played = await runPlaybook({ config, settings, systems }, configs, step, true)
  if (played !== undefined) {
    const hosts = played.recap.map(
      (host) => `${host.host}: ${host.changed} of ${host.ok} tasks would change something`,
    )
    previews.push({ title: 'deploy.infrastructure', text: hosts.join('\n') })
  }
  if (!settings.manifests.configured) return previews

  const repository = config.image.configured ? config.image.repository : config.service
  const pinned = image ?? { repository, digest: NOT_YET_KNOWN, tags: [] }
  const cluster = await (await systems.kubernetes()).connect(signal)
  // Vault is not opened: what only its key can decrypt is left out, and said.
  const keyInVault =
    settings.secrets.configured && settings.secrets.entries.some(({ to }) => to.kind === 'sops')
  const { manifests: read, notes } = await readPinned(
    { config, settings, systems, image: pinned, cluster },
    configs,
    noSecrets,
    signal,
    keyInVault ? 'leave-out' : 'refuse',
  )
  const stamped = await stampAsLive(cluster, config.service, settings, read, signal)
  const { namespace } = settings
  const hidden = await hideAsBefore(stamped, { config, settings, cluster }, signal)
  const objects = await addNamespaces(hidden, namespace, cluster, signal)
  const policy = await previewPolicy({ config, settings, systems }, configs, objects, signal)
  if (policy !== undefined) previews.push({ title: 'deploy.policy', text: policy })
  const manifests = await addOwnNamespace(objects, namespace, cluster, signal)
  const applied = await cluster.apply(manifests, {
    namespace,
    dryRun: true,
    signal,
    onApplied: ignore,
  })
  const changes = new ChangeLines()
  const lines = applied.flatMap((each) => changes.render(each, wouldBe))
  lines.push(...notes)
  if (image === undefined) lines.push('The digest of the image is known only after image.push.')
  previews.push({ title: 'deploy.manifests', text: lines.join('\n') })
  return previews
}

const wouldBe = {
  created: 'would be created',
  changed: 'would be changed',
  recreated: 'would be deleted and made anew',
  unchanged: 'unchanged',
} as const
