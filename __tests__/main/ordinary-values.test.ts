import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Console } from '../../src/main/console.ts'
import { digest } from './config-of.ts'
import { ordinaryValues } from './ordinary-words.ts'
import { closeRuns, openRuns, outcomes, runWith, type Written } from './value-runs.ts'

beforeAll(openRuns)
afterAll(closeRuns)

/** A path of Vault that holds these values. */
const holding =
  (values: Readonly<Record<string, string>>) =>
  ({ secrets }: Console): void => {
    for (const [key, value] of Object.entries(values)) {
      const ignore = (): void => undefined
      secrets.add(value, { place: 'secret/staging/app', key, onShown: ignore, onWarning: ignore })
    }
  }

const named = (values: readonly string[]) =>
  Object.fromEntries(
    values.map((value, index) => [`SETTING_${String.fromCharCode(65 + (index % 26))}_${index}`, value]),
  )

describe.each(Object.entries(outcomes))('a run that ends in %s', (state, stages) => {
  let plain: Written
  beforeAll(async () => {
    plain = (await runWith(() => undefined, stages)).written
    expect(plain.lost).toEqual([])
    expect(plain.statuses[0]).toMatchObject({ context: 'Staging Deployment', state })
    expect(plain.report).toContain(digest)
  })

  it('writes the same bytes whatever ordinary values a path of Vault holds', async () => {
    expect(ordinaryValues.length).toBeGreaterThan(250)
    expect((await runWith(holding(named(ordinaryValues)), stages)).written).toEqual(plain)
  })

  it('writes the same bytes for any of them, beside a password that is hidden', async () => {
    const password = 'hunter22-and-more'
    await fc.assert(
      fc.asyncProperty(fc.subarray([...ordinaryValues], { maxLength: 40 }), async (values) => {
        const run = await runWith(holding({ ...named(values), DB_PASSWORD: password }), stages)
        expect(run.written).toEqual(plain)
        expect(run.redact(`login with ${password}`)).toBe('login with ***')
      }),
      { numRuns: 10 },
    )
  })

  it('writes the same bytes where a path holds every word that it writes', async () => {
    const text = [
      plain.summary,
      plain.report,
      JSON.stringify([plain.statuses, plain.checks, plain.deployments]),
    ]
    const words = new Set(text.join('\n').match(/[A-Za-z]{4,}/g))
    expect(words.size).toBeGreaterThan(100)
    expect((await runWith(holding(named([...words])), stages)).written).toEqual(plain)
  })

  it('leaves names, addresses and outputs as they are where a password is a word of them', async () => {
    const passwords = { DB_PASSWORD: 'example', API_SECRET: 'acme', REDIS_AUTH: 'octocat', DB_USER: 'github' }
    const run = await runWith(holding({ ...passwords, ROOT_PASSWORD: 'staging' }), stages)
    expect(run.written.outputs).toBe(plain.outputs)
    const identity = ({ statuses, checks, deployments }: Written) => ({
      statuses: statuses.map(({ context, state, targetUrl }) => ({ context, state, targetUrl })),
      checks: checks.map(({ name, conclusion, externalId, detailsUrl, text }) => ({
        ...{ name, conclusion, externalId, detailsUrl, text },
      })),
      deployments: deployments.map(({ environment, payload, statuses }) => ({
        ...{ environment, payload },
        statuses: statuses.map(({ state, environmentUrl, logUrl }) => ({ state, environmentUrl, logUrl })),
      })),
    })
    expect(identity(run.written)).toEqual(identity(plain))
    expect(run.redact('login as example')).toBe('login as ***')
  })
})
