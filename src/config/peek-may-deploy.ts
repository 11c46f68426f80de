import { isNode, parseDocument } from 'yaml'
import { checkSize } from './load/check-size.ts'
import { findWorkspace } from './load/find-workspace.ts'
import { readConfigText } from './load/load-config-file.ts'
import { decideDeployment } from './resolve/decide-deployment.ts'
import { deployOn } from './schema/deploy.ts'
import type { Trigger } from './trigger.ts'

/**
 * Whether the event may deploy, where the configuration as a whole cannot be used: by its `deploy.on` when that much of it
 * can be read, else by the default. Never throws.
 *
 * @param root GITHUB_WORKSPACE
 */
export async function peekMayDeploy(
  trigger: Trigger,
  root: string | undefined,
  inputs: { readonly config: string | undefined; readonly workingDirectory: string },
): Promise<boolean> {
  return decideDeployment(trigger, await peekRule(root, inputs)).allowed
}

async function peekRule(
  root: string | undefined,
  inputs: { readonly config: string | undefined; readonly workingDirectory: string },
): Promise<Parameters<typeof decideDeployment>[1]> {
  try {
    const { workspace } = await findWorkspace(root, inputs.workingDirectory)
    const { text = '' } = (await readConfigText(workspace, inputs.config)) ?? {}
    if (checkSize(text) !== undefined) return undefined
    const document = parseDocument(text, {
      version: '1.2',
      schema: 'core',
      prettyErrors: false,
      logLevel: 'silent',
    })
    const rule: unknown = document.getIn(['deploy', 'on'])
    const plain: unknown = isNode(rule) ? rule.toJS(document, { maxAliasCount: 100 }) : rule
    return deployOn.safeParse(plain).data
  } catch {
    return undefined
  }
}
