import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..', '..')

/** Much survives for a short time, as the answers of many requests do; prints how large the space for it became. */
const program = (bounded: boolean): string => `
import { getHeapSpaceStatistics } from 'node:v8'
${bounded ? `(await import('./src/main/bound-young-generation.ts')).boundYoungGeneration()` : ''}
const alive = []
for (let round = 0; round < 400; round += 1) {
  for (let each = 0; each < 2000; each += 1) alive.push({ round, text: [each, each, each] })
  if (alive.length > 20000) alive.splice(0, 10000)
  if (round % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 2))
}
console.log(getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space').space_size / 1048576)
`

function run(bounded: boolean): { readonly megabytes: number; readonly said: string } {
  const argv = ['--input-type=module', '--eval', program(bounded)]
  const node = join(root, 'node_modules', '.bin', 'node')
  const { stdout, stderr } = spawnSync(node, argv, { cwd: root, encoding: 'utf8' })
  return { megabytes: Number(stdout), said: stderr }
}

describe('the space for new objects', () => {
  test('stays small where it would grow, and Node has nothing to say against that', () => {
    const grown = run(false)
    const { megabytes, said } = run(true)
    expect(grown.megabytes).toBeGreaterThanOrEqual(24)
    expect(megabytes).toBeGreaterThan(0)
    expect(megabytes).toBeLessThanOrEqual(16)
    expect(said).toBe('')
  })
})
