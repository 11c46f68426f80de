import { createHash } from 'node:crypto'
import type { Config } from '../config.ts'
import { defaults } from '../defaults.ts'
import type { Detected } from '../detect/detect.ts'
import type { LoadedConfigFile } from '../load/load-config-file.ts'
import type { Trigger } from '../trigger.ts'
import { decideDeployment } from './decide-deployment.ts'
import { type ConfigInputs, Resolution } from './resolution.ts'
import { resolveCommand, resolveTest } from './resolve-command.ts'
import { resolveDeploy } from './resolve-deploy.ts'
import { resolveImage } from './resolve-image.ts'
import { resolveScan } from './resolve-scan.ts'
import { resolveVersion } from './resolve-version.ts'
import { serviceName } from './service-name.ts'

export interface ConfigSources {
  /** Undefined: there is no configuration file, everything is detected. */
  readonly file: LoadedConfigFile | undefined
  readonly inputs: ConfigInputs
  readonly trigger: Trigger
  readonly detected: Detected
  /** Absolute. */
  readonly workspace: string
  /** The workspace from the root of the checkout. */
  readonly folder: string
  /** Absolute. */
  readonly temporary: string
}

/**
 * The whole configuration of a run: inputs before the file, the file before what was detected, that before defaults.
 * Pure.
 *
 * @throws StagegateError E_CONFIG_INVALID, E_INPUT_INVALID or E_IMAGE_NAME with everything that is wrong
 */
export function resolveConfig(sources: ConfigSources): Config {
  const resolution = new Resolution(sources)
  const { inputs, trigger } = sources
  const { deploy } = resolution.values
  const service = resolution.values.service ?? nameService(resolution, sources.folder)
  const { version, source: versionSource } = resolveVersion(resolution)
  const { environment } = inputs
  const templates = { version, sha: trigger.commit, environment }
  const decision = decideDeployment(trigger, deploy?.on)
  const image = resolveImage(resolution, service, decision, templates)
  const config: Config = {
    service,
    version,
    versionSource,
    environment,
    trigger,
    workspace: sources.workspace,
    folder: sources.folder,
    temporary: sources.temporary,
    statusContext: inputs.statusContext,
    mayDeploy: decision.allowed,
    selection: {
      stages: inputs.stages,
      from: inputs.from,
      ...(trigger.untrusted === undefined ? {} : { noLedger: true }),
    },
    digest: digestOf(sources),
    build: resolveBuild(resolution),
    test: resolveTests(resolution),
    scan: resolveScan(resolution),
    annotations: resolution.values.annotations ?? defaults.annotations,
    image,
    deploy: resolveDeploy(resolution, image, decision, templates),
  }
  resolution.throwProblems()
  return config
}

function nameService(resolution: Resolution, folder: string): string {
  const { repository } = resolution.trigger
  const name = serviceName(repository, folder)
  if (name === '') resolution.refuse(['service'], `is needed: the repository ${repository} gives no name`)
  return name
}

function resolveBuild(resolution: Resolution): Config['build'] {
  const { build } = resolution.values
  const { prepare, build: rest } = defaults.timeouts
  const step = (name: keyof Config['build'], timeout: string) =>
    resolveCommand(resolution, build?.[name], {
      path: ['build', name],
      detected: resolution.detected.project[name],
      timeout,
    })
  return {
    prepare: step('prepare', prepare),
    compile: step('compile', rest),
    lint: step('lint', rest),
    analyze: step('analyze', rest),
  }
}

function resolveTests(resolution: Resolution): Config['test'] {
  const step = (name: keyof Config['test']) =>
    resolveTest(resolution, resolution.values.test?.[name], {
      path: ['test', name],
      detected: resolution.detected.project[name],
      timeout: defaults.timeouts.test,
    })
  return { unit: step('unit'), integration: step('integration') }
}

/** The same for the same file, inputs and findings of detection, whatever call, runner or credentials there are. */
function digestOf({ file, inputs, detected }: ConfigSources): string {
  const { environment, version, image, namespace, environmentUrl, failOn } = inputs
  const read = {
    file: file?.text ?? null,
    inputs: { environment, version, image, namespace, environmentUrl, failOn },
    detected,
  }
  return createHash('sha256').update(JSON.stringify(read)).digest('hex')
}
