import { describe, expect, test } from 'vitest'
import {
  digestOf,
  judgeRunning,
  pinnedContainers,
} from '../../../../src/stages/deploy/rollout/judge-running.ts'

const digest = (letter: string) => `sha256:${letter.repeat(64)}`
const running = (container: string, imageId: string, pod = 'api-1') => ({
  pod,
  container,
  imageId,
  started: true,
})

describe('the containers of the service', () => {
  test('are those of the template that are pinned, in init containers too', () => {
    const image = `ghcr.io/acme/api@${digest('a')}`
    const spec = {
      initContainers: [
        { name: 'migrate', image },
        { name: 'wait', image: 'busybox' },
      ],
      containers: [
        { name: 'api', image },
        { name: 'proxy', image: `ghcr.io/acme/api@${digest('b')}` },
      ],
    }
    const template = { template: { spec } }
    const metadata = { name: 'api' }
    const of = (object: object) =>
      pinnedContainers({ apiVersion: 'v1', kind: 'Deployment', metadata, ...object }, image)
    expect(of({ spec: template })).toEqual(['migrate', 'api'])
    expect(of({ kind: 'CronJob', spec: { jobTemplate: { spec: template } } })).toEqual(['migrate', 'api'])
    expect(of({ kind: 'Pod', spec })).toEqual(['migrate', 'api'])
    expect(of({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', spec: template })).toEqual([
      'migrate',
      'api',
    ])
    expect(of({ kind: 'Service', spec: { ports: [] } })).toEqual([])
    expect(of({ spec: {} })).toEqual([])
  })

  test.each([
    `registry:5000/acme/api@${digest('a')}`,
    `docker-pullable://acme/api@${digest('a')}`,
    `mirror.example/other/name@${digest('a')}`,
    digest('a'),
  ])('run the image when the node names it %s', (imageId) => {
    expect(judgeRunning([running('api', imageId)], ['api'], [digest('a')])).toEqual({
      right: [running('api', imageId)],
      wrong: [],
      silent: [],
    })
  })

  test.each(['registry:5000/acme/api:latest', `registry:5000/acme/api@${digest('b')}`, `x${digest('a')}0`])(
    'do not when the node says %j',
    (imageId) => {
      const { right, wrong } = judgeRunning(
        [running('api', imageId), running('api', digest('a'), 'api-2'), running('sidecar', 'other')],
        ['api'],
        [digest('a')],
      )
      expect(right).toEqual([running('api', digest('a'), 'api-2')])
      expect(wrong).toEqual([running('api', imageId)])
    },
  )

  test('are silent while the node has not said what they run', () => {
    const api = { ...running('api', ''), started: false }
    expect(judgeRunning([api], ['api'], [digest('a')])).toEqual({ right: [], wrong: [], silent: [api] })
  })

  test('have no digest where there is none', () => {
    expect(digestOf('registry/name:tag')).toBe('')
  })
})
