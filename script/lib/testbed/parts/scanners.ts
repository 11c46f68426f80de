import { buildGoTool } from '../go-tool.ts'
import { linkPrograms, type Part } from '../part.ts'
import { installPythonTool } from '../python-tool.ts'
import { ensureOsvDatabase } from '../scanners/osv-database.ts'

/** Scanners at pinned versions, and the advisories that the dependency scanner knows without a network. */
export const scanners: Part<'scanners'> = {
  name: 'scanners',
  title: 'scanners',
  needs: [],
  programs: ['zip'],
  async up(context) {
    const { paths, progress } = context
    linkPrograms(context, await installPythonTool('semgrep', paths, progress), ['semgrep', 'pysemgrep'])
    linkPrograms(context, await installPythonTool('schemathesis', paths, progress), ['schemathesis', 'st'])
    linkPrograms(context, await installPythonTool('zizmor', paths, progress), ['zizmor'])
    linkPrograms(context, await buildGoTool('osv-scanner', paths, progress))
    linkPrograms(context, await buildGoTool('actionlint', paths, progress))
    return { osvDatabase: await ensureOsvDatabase(context) }
  },
}
