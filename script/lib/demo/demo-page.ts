import { homedir } from 'node:os'
import { join } from 'node:path'
import { isNoise } from './noise.ts'
import type { PushResult } from './push.ts'

/** How many lines of one step's output the page shows. */
const SHOWN = 6

/** docs/demo.md: what both runs printed, shortened. */
export function renderDemoPage(good: PushResult, bad: PushResult): string {
  return `# What a run looks like

Made by \`script/demo --write-docs\`: two pushes of [the sample service](../examples/ai-gen-service) on the
[testbed](testbed.md), every part real. The output of each step is shortened to its last lines.

## A good commit

${renderRun(good)}

## A commit with a migration that cannot be applied

${renderRun(bad)}
`
}

function renderRun(result: PushResult): string {
  return `### The log

\`\`\`\`text
${shortenSteps(ownLines(result.log)).map(anonymize).join('\n')}
\`\`\`\`

### The job summary

${anonymize(result.summary)
  .replace(/^(#+) /gm, '##$1 ')
  .trim()}`
}

/** What the action printed, without what the engine adds around it. */
function ownLines(log: readonly string[]): readonly string[] {
  const start = log.findIndex((line) => line.includes('| preflight:'))
  const end = log.findIndex((line) => line.includes('::set-output:: result='))
  return log
    .slice(Math.max(0, start), end < 0 ? undefined : end)
    .filter((line) => !isNoise(line))
    .map((line) => line.replace(/^\[[^\]]*\]\s+(?:\||❓|❗|🚧)\s?/u, ''))
}

/** Each group with its title and the last lines of its output. */
function shortenSteps(lines: readonly string[]): readonly string[] {
  const shown: string[] = []
  let group: string[] | undefined
  for (const line of lines) {
    const title = /::group::(.*)/.exec(line)?.[1]
    if (title !== undefined) {
      shown.push(`▸ ${title}`)
      group = []
    } else if (line.includes('::endgroup::')) {
      const kept = (group ?? []).filter((each) => each.trim() !== '')
      if (kept.length > SHOWN) shown.push(`    … ${kept.length - SHOWN} lines …`)
      shown.push(...kept.slice(-SHOWN).map((each) => `    ${each}`))
      group = undefined
    } else if (group === undefined) shown.push(line)
    else group.push(line)
  }
  return shown
}

/** Paths of the machine that the demo ran on mean nothing to a reader. */
function anonymize(text: string): string {
  return text
    .replace(/\/(?:var\/)?tmp\/stagegate-demo-\w+\/runs\/\d+\b/g, '/home/runner')
    .replaceAll(join(homedir(), '.cache/stagegate'), '~/.cache/stagegate')
}
