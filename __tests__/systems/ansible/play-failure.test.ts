import { describe, expect, it } from 'vitest'
import { parsePlayEvents } from '../../../src/systems/ansible/play-events.ts'
import { unknownHosts } from '../../../src/systems/ansible/play-failure.ts'

const lines = (...events: readonly object[]): string => events.map((each) => JSON.stringify(each)).join('\n')

const recap = { event: 'recap', host: 'node1', ok: 2, changed: 1, failures: 0, unreachable: 0, skipped: 0 }

describe('plays that matched no host', () => {
  it('are an error with name, pattern and what was changed, where the inventory does not know a name', () => {
    const text = lines(
      { event: 'empty', play: 'Web servers', hosts: 'wbe:db', unknown: ['wbe'] },
      { event: 'empty', play: 'db', hosts: 'db', unknown: [] },
      recap,
      { event: 'end' },
    )
    expect(unknownHosts('site.yml', parsePlayEvents(text, '/configs'))).toMatchObject({
      code: 'E_ANSIBLE_FAILED',
      message: 'site.yml: a play matched no host; the inventory does not know wbe.',
      evidence: ['play "Web servers" (hosts: wbe:db)'],
      state: 'Changed on the hosts: node1 (1 changed). The cluster is as it was.',
    })
  })

  it('are no error where all names are known, but are kept', () => {
    const events = parsePlayEvents(
      lines({ event: 'empty', play: 'db', hosts: 'db', unknown: [] }, recap, { event: 'end' }),
      '/configs',
    )
    expect(unknownHosts('site.yml', events)).toBeUndefined()
    expect(events.emptyPlays).toEqual([{ play: 'db', hosts: 'db', unknown: [] }])
  })
})
