import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cached } from '../cache.ts'
import { unmountBelow } from '../mounts.ts'
import type { PartContext } from '../part.ts'
import { packLayer, readLayer, type Layer } from './layer.ts'

export interface LayerRecipe {
  readonly name: string
  readonly inputs: readonly string[]
  /** Fills the folder with the layer's files. `work` is for anything else. */
  readonly fill: (content: string, work: string) => Promise<void>
}

/** The layer of a recipe, from the cache or made now. */
export async function ensureLayer(context: PartContext, recipe: LayerRecipe): Promise<Layer> {
  const folder = await cached(
    context.paths.cache,
    {
      name: `layers/${recipe.name}`,
      inputs: recipe.inputs,
      message: `making the image layer ${recipe.name}`,
      async build(target) {
        const work = join(target, 'work')
        const content = join(work, 'content')
        mkdirSync(content, { recursive: true, mode: 0o755 })
        try {
          await recipe.fill(content, work)
          await packLayer(content, target)
        } finally {
          // An interrupted debootstrap leaves /proc and /sys mounted.
          await unmountBelow(work)
          rmSync(work, { recursive: true, force: true })
        }
      },
    },
    context.progress,
  )
  return readLayer(folder)
}
