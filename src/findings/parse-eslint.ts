import { createFinding, type Finding } from './finding.ts'
import { arrayAt, numberAt, stringAt, valueAt } from './json.ts'
import { locate } from './locate.ts'

export interface EslintReport {
  readonly findings: readonly Finding[]
  /** Why ESLint did not look at everything; undefined when it did. */
  readonly failure: string | undefined
}

/** Whether JSON is in ESLint's `json` format: an array of files with their messages. An empty one is ESLint's as well. */
export function isEslint(report: unknown): boolean {
  return (
    Array.isArray(report) &&
    arrayAt(report).every(
      (file) => stringAt(file, 'filePath') !== undefined && Array.isArray(valueAt(file, 'messages')),
    )
  )
}

/** ESLint's `json` format; severity 2 is an error, 1 a warning. A fatal error is a file that it could not look at. */
export function parseEslint(report: unknown, workspace: string): EslintReport {
  const files = arrayAt(report)
  const findings = files.flatMap((file) => {
    const path = locate(stringAt(file, 'filePath') ?? '', workspace)
    return arrayAt(file, 'messages').map((message) =>
      createFinding({
        tool: 'eslint',
        rule: stringAt(message, 'ruleId') ?? 'fatal',
        severity: numberAt(message, 'severity') === 1 ? 'medium' : 'high',
        message: stringAt(message, 'message') ?? '',
        file: path,
        line: numberAt(message, 'line'),
        column: numberAt(message, 'column'),
        endLine: numberAt(message, 'endLine'),
      }),
    )
  })
  return { findings, failure: explainFailure(files) }
}

function explainFailure(files: readonly unknown[]): string | undefined {
  for (const file of files) {
    const name = stringAt(file, 'filePath') ?? ''
    const messages = arrayAt(file, 'messages')
    const fatal = messages.find((message) => valueAt(message, 'fatal') === true)
    if (fatal !== undefined)
      return `ESLint could not look at ${name}: ${stringAt(fatal, 'message') ?? 'fatal error'}`
    if ((numberAt(file, 'fatalErrorCount') ?? 0) > 0) return `ESLint could not look at ${name}`
    const errors = messages.filter((message) => numberAt(message, 'severity') !== 1).length
    const claimed = numberAt(file, 'errorCount') ?? 0
    if (claimed > errors) return `it counts ${claimed} errors in ${name} and shows ${errors}`
  }
  return undefined
}
