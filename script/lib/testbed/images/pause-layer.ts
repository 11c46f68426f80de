import { createHash } from 'node:crypto'
import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildGoTool } from '../go-tool.ts'
import type { PartContext } from '../part.ts'
import { ensureLayer } from './ensure-layer.ts'
import type { Layer } from './layer.ts'

/** The static program that holds a pod's namespaces. */
export async function pauseLayer(context: PartContext): Promise<Layer> {
  const folder = await buildGoTool('pause', context.paths, context.progress)
  const program = join(folder, 'pause')
  return ensureLayer(context, {
    name: 'pause',
    inputs: [createHash('sha256').update(readFileSync(program)).digest('hex')],
    fill(content) {
      copyFileSync(program, join(content, 'pause'))
      return Promise.resolve()
    },
  })
}
