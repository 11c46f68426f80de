/** `script/demo`: a good commit and its failing twin, pushed through the whole sequence on the testbed. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { applyEdits } from '../../../__tests__/e2e/apply-edits.ts'
import { failingVariants } from '../../../__tests__/e2e/failing-variants.ts'
import { readTestbed, type TestbedDescription } from '../testbed/description.ts'
import { renderGithubView } from './github-view.ts'
import { isNoise } from './noise.ts'
import { renderPage } from './render-page.ts'
import { installHook, push, type PushResult } from './push.ts'
import { commitAll, createSampleRepository, git, type SampleRepository } from './sample-repository.ts'
import { type StageName, stageNames, stopAfter } from './stop-after.ts'
import { renderDemoPage } from './demo-page.ts'

const root = dirname(dirname(dirname(import.meta.dirname)))

const usage = `Usage: script/demo [--keep] [--stage NAME] [--write-docs]

Brings the testbed up, pushes a commit of examples/ai-gen-service to a Git repository whose hook starts its workflow,
shows the log and the summary, then pushes a commit with a broken migration, which stops and is rolled back.

  --keep         leave the testbed and the service running
  --stage NAME   only up to this stage: ${stageNames.join(', ')}; without the failing twin
  --write-docs   write docs/demo.md from what was seen
`

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      keep: { type: 'boolean' },
      stage: { type: 'string' },
      'write-docs': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help === true) {
    process.stdout.write(usage)
    return
  }
  const stage = stageNames.find((name) => name === values.stage)
  if (values.stage !== undefined && stage === undefined) {
    process.stderr.write(`There is no stage "${values.stage}" here; use one of: ${stageNames.join(', ')}.\n`)
    process.exitCode = 2
    return
  }
  const wasUp = spawnSync(join(root, 'script', 'testbed'), ['status'], { stdio: 'ignore' }).status === 0
  execFileSync(join(root, 'script', 'testbed'), ['up'], { stdio: 'inherit' })
  try {
    const ok = await showRuns(readTestbed(), stage, values['write-docs'] === true)
    process.exitCode = ok ? 0 : 1
  } finally {
    if (wasUp || values.keep === true) say('The testbed is still up; script/testbed down stops it.')
    else execFileSync(join(root, 'script', 'testbed'), ['down'], { stdio: 'inherit' })
  }
}

async function showRuns(
  testbed: TestbedDescription,
  stage: StageName | undefined,
  writeDocs: boolean,
): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'stagegate-demo-'))
  const runs = join(folder, 'runs')
  const repository = createSampleRepository({
    sample: join(root, 'examples', 'ai-gen-service'),
    folder,
    testbed,
  })
  if (stage !== undefined) {
    stopAfter(join(repository.folder, '.github', 'workflows', 'staging.yml'), stage)
    commitAll(repository.folder, `Run the stages up to ${stage}`)
  }
  installHook(repository.bare, runs)

  heading('A good commit')
  const good = await show(testbed, repository, runs)
  const goodOk = good.exitCode === 0
  say(goodOk ? `It took ${seconds(good)}.` : 'It should have succeeded, and did not.')
  if (stage !== undefined || !goodOk) return goodOk
  whereItAnswers(testbed)

  heading('Its failing twin: a migration that cannot be applied')
  const twin = failingVariants.find((variant) => variant.stage === 'migration')
  if (twin === undefined) throw new Error('there is no failing variant for the migration')
  await applyEdits(repository.folder, twin.edit)
  commitAll(repository.folder, twin.title)
  const bad = await show(testbed, repository, runs)
  const badOk = bad.exitCode !== 0
  say(badOk ? `It stopped, as it should, after ${seconds(bad)}.` : 'It should have failed, and did not.')
  if (writeDocs) {
    writeFileSync(join(root, 'docs', 'demo.md'), renderDemoPage(good, bad))
    say('Wrote docs/demo.md.')
  }
  return badOk
}

async function show(
  testbed: TestbedDescription,
  repository: SampleRepository,
  runs: string,
): Promise<PushResult> {
  const result = await push(repository.folder, runs, (line) => {
    if (!isNoise(line)) process.stdout.write(`${line}\n`)
  })
  const page = join(result.folder, 'summary.html')
  writeFileSync(page, renderPage(result.summary))
  say(await renderGithubView(testbed, git(repository.folder, 'rev-parse', 'HEAD')))
  say(`Summary: ${page}`)
  return result
}

function whereItAnswers(testbed: TestbedDescription): void {
  const { kubeconfig, namespace } = testbed.kubernetes
  const kubectl = join(testbed.bin, 'kubectl')
  const path = `/api/v1/namespaces/${namespace}/services/ai-gen-service:80/proxy/healthz`
  const answer = execFileSync(kubectl, ['--kubeconfig', kubeconfig, 'get', '--raw', path], {
    encoding: 'utf8',
  }).trim()
  say(
    `The service answers: ${answer}\nAsk it yourself: ${kubectl} --kubeconfig ${kubeconfig} get --raw ${path}`,
  )
}

function seconds({ durationMs }: PushResult): string {
  return `${(durationMs / 1000).toFixed(0)} s`
}

function heading(text: string): void {
  process.stdout.write(`\n═══ ${text} ${'═'.repeat(Math.max(3, 74 - text.length))}\n\n`)
}

function say(text: string): void {
  process.stdout.write(`\n${text}\n`)
}

await main()
