import { expect, it } from 'vitest'
import { explainLeft } from '../../src/main/explain-left.ts'

const state = { lock: 'staging/stagegate-api-lock', runUrl: 'https://github.com/acme/api/actions/runs/1' }

it('Before a deployment a killed run leaves nothing', () => {
  expect(explainLeft(state, undefined)).toEqual([
    'Nothing of it was deployed, and it held neither a lock nor a secret.',
  ])
})

it('After its start the lock and the Vault token end by themselves', () => {
  const text = explainLeft(state, 'deploy.rollout').join('\n')
  expect(text).toContain('ended in deploy.rollout')
  expect(text).toContain('staging/stagegate-api-lock ends by itself 60 s after')
  expect(text).toContain('token_ttl')
  expect(text).not.toContain('migration Job')
})

it('A migration goes on to its end', () => {
  expect(explainLeft(state, 'deploy.migration').join('\n')).toContain('the next run waits for it')
})
