import type { Generation } from '../generation/generation.ts'
import type { GenerationStore } from './generation-store.ts'

const mostKept = 10_000

/** Keeps the newest 10,000 generations until the process ends: for development and for scans of the running API. */
export function memoryStore(): GenerationStore {
  const rows: { readonly position: number; readonly generation: Generation }[] = []
  let lastPosition = 0
  return {
    ping: () => Promise.resolve(),
    add(generation) {
      lastPosition += 1
      rows.unshift({ position: lastPosition, generation })
      rows.length = Math.min(rows.length, mostKept)
      return Promise.resolve()
    },
    find: (id) => Promise.resolve(rows.find((row) => row.generation.id === id)?.generation),
    list(limit, cursor) {
      const older = cursor === undefined ? rows : rows.filter((row) => BigInt(row.position) < BigInt(cursor))
      const page = older.slice(0, limit)
      return Promise.resolve({
        items: page.map((row) => row.generation),
        nextCursor: older.length > limit ? String(page.at(-1)?.position) : undefined,
      })
    },
    close: () => Promise.resolve(),
  }
}
