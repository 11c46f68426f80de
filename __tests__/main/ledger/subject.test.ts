import { describe, expect, test } from 'vitest'
import { externalIdOf, type LedgerSubject, subjectOf } from '../../../src/main/ledger/subject.ts'
import { version } from '../../../src/main/version.ts'
import { configOf } from '../config-of.ts'

const subject: LedgerSubject = {
  service: 'ai-gen-service',
  folder: 'services/api',
  commit: 'c'.repeat(40),
  tree: 'd'.repeat(40),
  configuration: 'f'.repeat(64),
  release: '1.2.3',
}
const tools = { node: '24.1.0', npm: '11.0.0', platform: 'linux/x64' }
const id = externalIdOf(subject, 'build', tools)

describe('the digest of what a stage depends on', () => {
  test('stands behind the stage in the key of its check run', () => {
    expect(id).toMatch(/^stagegate:build:[0-9a-f]{32}$/)
  })

  test.each<[string, string]>([
    ['the service', externalIdOf({ ...subject, service: 'other' }, 'build', tools)],
    ['the folder', externalIdOf({ ...subject, folder: '' }, 'build', tools)],
    ['the commit', externalIdOf({ ...subject, commit: 'e'.repeat(40) }, 'build', tools)],
    ['the tree', externalIdOf({ ...subject, tree: 'e'.repeat(40) }, 'build', tools)],
    ['the configuration', externalIdOf({ ...subject, configuration: 'e'.repeat(64) }, 'build', tools)],
    ['the version of Stagegate', externalIdOf({ ...subject, release: '1.2.4' }, 'build', tools)],
    ['the version of a tool', externalIdOf(subject, 'build', { ...tools, node: '24.1.1' })],
    ['a further tool', externalIdOf(subject, 'build', { ...tools, yarn: '1.22.0' })],
    ['a tool less', externalIdOf(subject, 'build', { node: '24.1.0', platform: 'linux/x64' })],
    ['the platform', externalIdOf(subject, 'build', { ...tools, platform: 'linux/arm64' })],
    ['the stage', externalIdOf(subject, 'test', tools).replace(':test:', ':build:')],
    [
      'where a value stands',
      externalIdOf({ ...subject, service: '', folder: 'ai-gen-service' }, 'build', tools),
    ],
  ])('is another one when %s changes', (_, changed) => {
    expect(changed).not.toBe(id)
  })

  test('does not know the order of the tools', () => {
    expect(externalIdOf(subject, 'build', { platform: 'linux/x64', npm: '11.0.0', node: '24.1.0' })).toBe(id)
  })

  test('knows nothing of run, attempt, job, event, actor, or paths of the machine', () => {
    const config = configOf()
    const elsewhere = configOf({
      workspace: '/home/other/work',
      temporary: '/tmp/other',
      mayDeploy: false,
      statusContext: 'Other',
      selection: { stages: ['deploy'], from: 'deploy' },
      trigger: {
        ...config.trigger,
        event: 'workflow_dispatch',
        ref: 'refs/heads/other',
        branch: 'other',
        run: {
          ...config.trigger.run,
          id: '78',
          attempt: 3,
          number: 13,
          job: 'deploy',
          actor: 'hubot',
          url: '',
        },
      },
    })
    expect(subjectOf(elsewhere, 'd'.repeat(40))).toEqual(subjectOf(config, 'd'.repeat(40)))
    expect(subjectOf(config, 'd'.repeat(40))).toEqual({
      ...{ service: 'ai-gen-service', folder: '', commit: 'c'.repeat(40), tree: 'd'.repeat(40) },
      ...{ configuration: 'f'.repeat(64), release: version },
    })
  })
})
