import type { PushResult } from './push.ts'

/** Lines of a log that are shown at each end of it; the middle is left out. */
const SHOWN = 60

/** docs/demo.md: what both runs printed, shortened. */
export function renderDemoPage(good: PushResult, bad: PushResult): string {
  return `# What a run looks like

Made by \`script/demo --write-docs\`: two pushes of [the sample service](../examples/ai-gen-service) on the
[testbed](testbed.md), every part real. Logs are shortened.

## A good commit

${run(good)}

## A commit with a broken migration

${run(bad)}
`
}

function run(result: PushResult): string {
  return `### The log

\`\`\`\`text
${shorten(result.log.map(anonymize)).join('\n')}
\`\`\`\`

### The job summary

${anonymize(result.summary).replace(/^## /gm, '#### ').trim()}`
}

function shorten(lines: readonly string[]): readonly string[] {
  if (lines.length <= 2 * SHOWN) return lines
  return [...lines.slice(0, SHOWN), `… ${lines.length - 2 * SHOWN} lines …`, ...lines.slice(-SHOWN)]
}

/** Paths of the machine that the demo ran on mean nothing to a reader. */
function anonymize(text: string): string {
  return text
    .replace(/\/(?:var\/)?tmp\/stagegate-demo-\w+\/runs\/\d+/g, '/home/runner')
    .replace(/\/\S*\/\.cache\/stagegate/g, '~/.cache/stagegate')
}
