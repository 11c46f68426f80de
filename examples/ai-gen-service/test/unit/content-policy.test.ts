import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseContentPolicy, readContentPolicy } from '../../src/generation/content-policy.ts'

describe('the content policy', () => {
  const policy = parseContentPolicy('# blocked\nMutiny\n\n  keelhaul  # an old one\n')

  it('finds a whole word, without regard to case', () => {
    assert.equal(policy.findBlockedWord('No MUTINY, please'), 'mutiny')
    assert.equal(policy.findBlockedWord('never keelhaul'), 'keelhaul')
  })

  it('does not find a word inside another, nor a comment', () => {
    assert.equal(policy.findBlockedWord('mutinying is blocked by old custom'), undefined)
  })

  it('is an error when the file cannot be read', () => {
    assert.throws(() => readContentPolicy('/nowhere/blocklist.txt'), {
      message: 'the policy file /nowhere/blocklist.txt cannot be read: ENOENT',
    })
  })
})
