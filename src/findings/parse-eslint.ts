import { createFinding, type Finding } from './finding.ts'
import { arrayAt, numberAt, stringAt } from './json.ts'
import { locate } from './locate.ts'

/** ESLint's `json` format: an array of files with their messages; severity 2 is an error, 1 a warning. */
export function parseEslint(report: unknown, workspace: string): readonly Finding[] {
  return arrayAt(report).flatMap((file) => {
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
}
