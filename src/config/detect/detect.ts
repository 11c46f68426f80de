import { detectAnsible } from './ansible.ts'
import type { Detection } from './detection.ts'
import { detectDockerfile } from './dockerfile.ts'
import { detectFlyway } from './flyway.ts'
import { detectKubernetes } from './kubernetes.ts'
import { detectLockFile } from './lock-files.ts'
import { detectNode, type NodeProject } from './node.ts'
import { detectOpenapi } from './openapi.ts'
import { detectSemgrep } from './semgrep.ts'
import type { Workspace } from './workspace.ts'

/** What the files of the workspace say about how it is built, tested, scanned and deployed. */
export interface Detected {
  readonly project: NodeProject
  readonly dockerfile: Detection<string>
  readonly manifests: Detection<readonly string[]>
  readonly migrations: Detection<string>
  readonly playbook: Detection<{ readonly playbook: string; readonly inventory: string }>
  readonly openapi: Detection<string>
  readonly semgrepRules: Detection<string>
  readonly lockFile: Detection<string>
}

/** Looks at the workspace; nothing in it is run. */
export async function detect(workspace: Workspace): Promise<Detected> {
  const [project, dockerfile, manifests, migrations, playbook, openapi, semgrepRules, lockFile] =
    await Promise.all([
      detectNode(workspace),
      detectDockerfile(workspace),
      detectKubernetes(workspace),
      detectFlyway(workspace),
      detectAnsible(workspace),
      detectOpenapi(workspace),
      detectSemgrep(workspace),
      detectLockFile(workspace),
    ])
  return { project, dockerfile, manifests, migrations, playbook, openapi, semgrepRules, lockFile }
}
