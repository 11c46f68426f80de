/** The commands that we give the runner on purpose. */
export type RunnerCommand = 'group' | 'endgroup' | 'error' | 'warning' | 'notice' | 'debug' | 'add-mask'

/**
 * One line that the runner reads as a command. Everything in it is escaped, so that no value can end the command or
 * begin another.
 *
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands; escapes: ActionCommand.cs
 */
export function renderCommand(
  name: RunnerCommand,
  message = '',
  properties: Readonly<Record<string, string>> = {},
): string {
  const entries = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(value)}`)
  const given = entries.length === 0 ? '' : ` ${entries.join(',')}`
  return `::${name}${given}::${escapeMessage(message)}\n`
}

function escapeMessage(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
