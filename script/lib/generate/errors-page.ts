import { catalogue } from '../../../src/errors/index.ts'

const blames = {
  configuration: 'the configuration',
  workload: 'the code or the workload',
  remote: 'a remote system',
  internal: 'Stagegate',
} as const

/** docs/errors.md: every code with whose fault it is, what it means, and what to do. The headings are the anchors. */
export function errorsPage(): string {
  const codes = Object.entries(catalogue).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const sections = codes.map(
    ([code, { blame, meaning, next }]) =>
      `## ${code}\n\n${meaning}\n\nLies with: ${blames[blame]}. Next: ${next}\n`,
  )
  return `# Errors

An error in the log names the stage and step, what was expected and seen, what supports it, the state that is left
behind, the next step, and one of these codes. Codes never change their meaning.

${sections.join('\n')}`
}
