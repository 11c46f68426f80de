import { describe, expect, it } from 'vitest'
import { parseDebianMirror } from '../../../script/lib/testbed/images/debian-mirror.ts'

const lines = (...targets: readonly string[]) => `${targets.join('\n')}\n`

describe('the mirror of Debian', () => {
  it('is the one from which apt takes the suite', () => {
    const targets = lines(
      'http://mirror.example.com/debian-security/|main|Debian|bookworm-security',
      'http://mirror.example.com/debian/|main|Debian|bookworm',
    )
    expect(parseDebianMirror(targets, 'bookworm')).toBe('http://mirror.example.com/debian/')
  })

  it('is not the archive of somebody else who publishes for the same suite', () => {
    const targets = lines('https://apt.example.com/|main|Example|bookworm')
    expect(parseDebianMirror(targets, 'bookworm')).toBeUndefined()
  })

  it('is left to debootstrap where apt knows another suite, has no lists yet, or names what only apt understands', () => {
    const targets = lines(
      'http://mirror.example.com/debian/|main|Debian|trixie',
      'http://mirror.example.com/debian/|main||',
      'mirror+file:/etc/apt/mirrors.list/|main|Debian|bookworm',
    )
    expect(parseDebianMirror(targets, 'bookworm')).toBeUndefined()
    expect(parseDebianMirror('', 'bookworm')).toBeUndefined()
  })
})
