import { join } from 'node:path'
import type { Configured, ImageSettings } from '../config.ts'
import { defaults } from '../defaults.ts'
import { IMAGE_REPOSITORY_FORM, IMAGE_TAG_FORM, isImageRepository, isImageTag } from '../image-name.ts'
import type { DeploymentDecision } from './decide-deployment.ts'
import { fillTemplate, type TemplateValues } from './fill-template.ts'
import { milliseconds, type Resolution } from './resolution.ts'
import { cut } from '../../text/index.ts'

/**
 * The image: as configured, else from a Dockerfile that is there. An event that may not deploy pushes none: it would
 * move the tags of the environment.
 */
export function resolveImage(
  resolution: Resolution,
  service: string,
  decision: DeploymentDecision,
  values: TemplateValues,
): Configured<ImageSettings> {
  const setting = resolution.values.image
  if (setting === false) return { configured: false, reason: `switched off by ${resolution.source('image')}` }
  if (!decision.allowed) return { configured: false, reason: decision.reason }
  const { dockerfile } = resolution.detected
  const file =
    setting?.file ?? (dockerfile.found && setting?.context === undefined ? dockerfile.value : undefined)
  if (setting === undefined && !dockerfile.found) {
    return { configured: false, reason: `not configured; looked for ${dockerfile.lookedFor}` }
  }
  const context = setting?.context ?? defaults.image.context
  const fill = (text: string): string => fillTemplate(text, values)
  const fillAll = (texts: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, fill(text)]))
  return {
    configured: true,
    source:
      setting === undefined && dockerfile.found ? `detected: ${dockerfile.by}` : resolution.source('image'),
    critical: true,
    timeoutMs: milliseconds(setting?.timeout, defaults.timeouts.image),
    repository: resolveRepository(resolution, service, setting?.name),
    tags: resolveTags(resolution, setting?.tags ?? defaults.image.tags, values),
    commitTag: setting?.['commit-tag'] ?? defaults.image.commitTag,
    context: join(resolution.workspace, context),
    file: join(resolution.workspace, file ?? join(context, defaults.image.file)),
    target: setting?.target,
    buildArgs: fillAll(setting?.['build-args'] ?? {}),
    platforms: setting?.platforms ?? defaults.image.platforms,
    labels: { ...standardLabels(resolution, service, values), ...fillAll(setting?.labels ?? {}) },
  }
}

/** Registries take lower case only, while owners on GitHub may have capitals. */
function resolveRepository(resolution: Resolution, service: string, name: string | undefined): string {
  const { inputs, trigger } = resolution
  const owner = trigger.repository.split('/')[0] ?? ''
  const given = (inputs.image ?? name ?? `ghcr.io/${owner}/${service}`).toLowerCase()
  if (!isImageRepository(given)) {
    const text = `${JSON.stringify(cut(given, 100))} names no image; allowed is ${IMAGE_REPOSITORY_FORM}`
    if (inputs.image === undefined) resolution.refuse(['image', 'name'], text, 'E_IMAGE_NAME')
    else resolution.refuseInput('image', text, 'E_IMAGE_NAME')
  }
  return given
}

function resolveTags(
  resolution: Resolution,
  templates: readonly string[],
  values: TemplateValues,
): ImageSettings['tags'] {
  // A version may have build metadata after a `+`, which no tag can hold; Helm replaces it in the same way.
  const forTags = {
    ...values,
    version: values.version.replaceAll('+', '_'),
    environment: values.environment.replaceAll(/[^\w.-]+/g, '-'),
  }
  const tags = new Map<string, { readonly name: string; readonly moves: boolean }>()
  templates.forEach((template, index) => {
    const name = fillTemplate(template, forTags)
    if (!isImageTag(name)) {
      const text = `becomes ${JSON.stringify(name)}; allowed is ${IMAGE_TAG_FORM}`
      resolution.refuse(['image', 'tags', index], text, 'E_IMAGE_NAME')
    }
    tags.set(name, { name, moves: !template.includes('{sha}') })
  })
  return [...tags.values()]
}

/** Annotations that the OCI image specification predefines. */
function standardLabels(resolution: Resolution, service: string, values: TemplateValues) {
  const { trigger } = resolution
  return {
    'org.opencontainers.image.title': service,
    'org.opencontainers.image.version': values.version,
    'org.opencontainers.image.revision': trigger.headCommit,
    'org.opencontainers.image.source': trigger.run.url.replace(/\/actions\/runs\/.*$/, ''),
  }
}
