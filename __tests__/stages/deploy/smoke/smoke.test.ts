import { describe, expect, it } from 'vitest'
import type { StepContext } from '../../../../src/pipeline/index.ts'
import type { Deployment } from '../../../../src/stages/deploy/deployment.ts'
import { runSmokeTests } from '../../../../src/stages/deploy/smoke/smoke.ts'
import { createFakeClock } from '../../../systems/fake-clock.ts'

/** A deployment with one check, whose service would answer everything. */
function smokeOf(url: string) {
  const asked: string[] = []
  const check = { name: 'health', url, status: 200, body: undefined, source: '.github/stagegate.yml:9' }
  const deployment = {
    config: { version: '1.0.0' },
    settings: {
      namespace: 'staging',
      environmentUrl: undefined,
      smoke: { configured: true, checks: [check] },
    },
    systems: { clock: createFakeClock() },
    cluster: {
      getThroughService({ path }: { readonly path: string }) {
        asked.push(path)
        return Promise.resolve({ status: 200, headers: {}, body: '' })
      },
    },
  } as unknown as Deployment
  const ignore = () => undefined
  const step = {
    signal: new AbortController().signal,
    log: { info: ignore },
    fact: ignore,
  } as unknown as StepContext
  return { asked, run: () => runSmokeTests(deployment, step) }
}

describe('a smoke test through the proxy of the API server', () => {
  it('asks its service', async () => {
    const { asked, run } = smokeOf('service://api:http/healthz')
    await run()
    expect(new Set(asked)).toEqual(new Set(['/healthz']))
  })

  it.each([
    'service://api:http/../../../secrets/theirs',
    'service://api:http/%2e%2e/%2e%2e/x',
    'service://api:1/\\..\\x',
  ])('asks nothing where its path leads out of the service: %s', async (url) => {
    const { asked, run } = smokeOf(url)
    await expect(run()).rejects.toMatchObject({
      code: 'E_PATH_OUTSIDE',
      evidence: ['configured at .github/stagegate.yml:9'],
    })
    expect(asked).toEqual([])
  })
})
