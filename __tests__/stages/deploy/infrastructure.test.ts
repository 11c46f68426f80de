import { describe, expect, it } from 'vitest'
import type { StepContext } from '../../../src/pipeline/index.ts'
import type { Configs, Deployment } from '../../../src/stages/deploy/deployment.ts'
import { runPlaybook } from '../../../src/stages/deploy/infrastructure/infrastructure.ts'
import type { PlaybookResult } from '../../../src/systems/ansible/ansible.ts'

const recap = [{ host: 'node1', ok: 2, changed: 1, failed: 0, unreachable: 0, skipped: 0 }]

async function run(result: PlaybookResult) {
  const warnings: string[] = []
  const facts: Record<string, string> = {}
  const step = {
    signal: new AbortController().signal,
    log: { warn: (text: string) => warnings.push(text) },
    fact: (name: string, value: string) => {
      facts[name] = value
    },
  } as unknown as StepContext
  const deployment = {
    config: { trigger: {} },
    settings: { infrastructure: { configured: true, playbook: 'site.yml', inventory: 'hosts' } },
    systems: { ansible: () => Promise.resolve({ play: () => Promise.resolve(result) }) },
  } as unknown as Pick<Deployment, 'config' | 'settings' | 'systems'>
  await runPlaybook(deployment, { root: '/configs', commit: '', migrations: [] } satisfies Configs, step)
  return { warnings, facts }
}

describe('runPlaybook', () => {
  it('warns of plays that ran on no host, and has them in the summary', async () => {
    const emptyPlays = [
      { play: 'Web servers', hosts: 'web' },
      { play: 'db', hosts: 'db' },
    ]
    expect(await run({ recap, failedTasks: [], emptyPlays })).toEqual({
      warnings: [
        'Plays that matched no host, so that nothing of them was run: Web servers (hosts: web), db (hosts: db)',
      ],
      facts: {
        'plays without hosts': 'Web servers (hosts: web), db (hosts: db)',
        node1: 'ok=2 changed=1 skipped=0',
      },
    })
  })

  it('says nothing of the kind where every play had a host, and fails where none had', async () => {
    expect(await run({ recap, failedTasks: [], emptyPlays: [] })).toEqual({
      warnings: [],
      facts: { node1: 'ok=2 changed=1 skipped=0' },
    })
    await expect(run({ recap: [], failedTasks: [], emptyPlays: [] })).rejects.toMatchObject({
      code: 'E_ANSIBLE_FAILED',
    })
  })
})
