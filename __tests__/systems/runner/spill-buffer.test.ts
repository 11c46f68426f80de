import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { SpillBuffer } from '../../../src/systems/runner/spill-buffer.ts'
import { newFolder } from '../new-folder.ts'

const MEGABYTE = 1024 * 1024
const block = (letter: string): string => `${letter.repeat(MEGABYTE - 1)}\n`

function drain(buffer: SpillBuffer): string {
  const parts: string[] = []
  buffer.drain((text) => parts.push(text))
  return parts.join('')
}

describe('what waits for its turn in the log', () => {
  it('comes back whole and in order, also what did not fit into memory', () => {
    const buffer = new SpillBuffer(newFolder())
    const blocks = 'abcdefghijkl'.split('').map(block)
    for (const text of blocks) buffer.append(text)
    expect(drain(buffer) === blocks.join('')).toBe(true)
    buffer.append('once more')
    expect(drain(buffer)).toBe('once more')
  })

  it('is kept in memory when it cannot be kept on disk, and never ends the run', () => {
    const buffer = new SpillBuffer(join(newFolder(), 'not', 'there'))
    const blocks = 'abcdefghijkl'.split('').map(block)
    for (const text of blocks) buffer.append(text)
    expect(drain(buffer) === blocks.join('')).toBe(true)
  })

  it('says how much was left out when memory has no room either', () => {
    const buffer = new SpillBuffer(join(newFolder(), 'not', 'there'))
    for (let blocks = 0; blocks < 34; blocks += 1) buffer.append(block('x'))
    const text = drain(buffer)
    expect(text.length).toBeLessThan(33 * MEGABYTE)
    expect(text).toMatch(/… 2097152 characters were left out: the disk is full …\n$/)
  })
})
