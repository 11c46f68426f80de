import { describe, expect, it } from 'vitest'
import { runDry } from '../../src/main/dry-run.ts'
import type { PlannedStage } from '../../src/pipeline/index.ts'

const never = new AbortController().signal

async function dry(text: string) {
  const outputs: Record<string, string> = {}
  const written: string[] = []
  const nothing = (): void => undefined
  const log = { info: nothing, warn: nothing, child: nothing, close: nothing }
  const plan: readonly PlannedStage<object>[] = [
    {
      ...{ id: 'deploy', kind: 'run', summary: 'to staging', steps: [] },
      decision: {
        ...{ run: true, summary: 'to staging', steps: [] },
        execute: () => Promise.reject(new Error('a dry run runs nothing')),
        preview: () => Promise.resolve([{ title: 'deploy.manifests', text }]),
      },
    },
  ]
  await runDry(
    plan,
    {},
    {
      output: { openLog: () => log, info: nothing } as never,
      redact: (all) => all.replaceAll('hunter2', '***'),
      runnerFiles: {
        setOutput: (name: string, value: string) => Promise.resolve(void (outputs[name] = value)),
        writeSummary: (all: string) => Promise.resolve(void written.push(all)),
      } as never,
    },
    never,
  )
  return { outputs, summary: written.join('') }
}

describe('a dry run', () => {
  it('says what would change, without a secret, and has a result', async () => {
    const { outputs, summary } = await dry('~ data.PASSWORD: hunter2')
    expect(outputs).toEqual({ result: 'success' })
    expect(summary).toContain('## Dry run: nothing was run and nothing was changed')
    expect(summary).toContain('~ data.PASSWORD: ***')
  })

  it('keeps its summary within what GitHub shows: 1 MiB', async () => {
    const { summary } = await dry('~ spec.replicas: 1 → 2\n'.repeat(100_000))
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(1_048_576)
    expect(summary).toContain('bytes more are in the log')
  })
})
