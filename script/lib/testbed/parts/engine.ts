import { buildGoTool } from '../go-tool.ts'
import { linkPrograms, type Part } from '../part.ts'

/** act, which runs a workflow's jobs on this machine: what a push starts in the demo. */
export const engine: Part<'engine'> = {
  name: 'engine',
  title: 'workflow engine (act)',
  needs: [],
  programs: ['git'],
  async up(context) {
    return { program: linkPrograms(context, await buildGoTool('act', context.paths, context.progress)) }
  },
}
