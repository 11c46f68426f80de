import { join } from 'node:path'
import { buildGoTool } from '../go-tool.ts'
import { linkPrograms, type Part } from '../part.ts'

/** What turns a folder into manifests, and judges them: Helm, SOPS with age, and conftest. kubectl is the cluster's. */
export const renderers: Part<'renderers'> = {
  name: 'renderers',
  title: 'manifest tools',
  needs: [],
  programs: [],
  async up(context) {
    const { paths, progress } = context
    const helm = linkPrograms(context, await buildGoTool('helm', paths, progress), ['helm'])
    linkPrograms(context, await buildGoTool('sops', paths, progress), ['sops', 'age-keygen'])
    linkPrograms(context, await buildGoTool('conftest', paths, progress), ['conftest'])
    return {
      helm,
      sops: join(paths.bin, 'sops'),
      ageKeygen: join(paths.bin, 'age-keygen'),
      conftest: join(paths.bin, 'conftest'),
    }
  },
}
