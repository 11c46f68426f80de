/**
 * A port of how the runner finds commands in the output of a step (actions/runner, src/Runner.Common/ActionCommand.cs,
 * TryParseV2 and TryParse; lines as .NET's StreamReader splits them). The oracle of the tests: what it recognises is
 * what the runner would do.
 */
export interface ParsedCommand {
  readonly name: string
  readonly properties: Readonly<Record<string, string>>
  readonly message: string
}

const known = new Set(
  'add-mask add-matcher add-path debug echo endgroup error group internal-set-repo-path notice remove-matcher save-state set-env set-output stop-commands warning'.split(
    ' ',
  ),
)

/** char.IsWhiteSpace of .NET: what TrimStart takes away. */
const LEADING_SPACE = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/

export function parseCommands(output: string): readonly ParsedCommand[] {
  return output
    .split(/\r\n|\r|\n/)
    .map((line) => parseV2(line) ?? parseV1(line))
    .filter((command) => command !== undefined)
}

function parseV2(line: string): ParsedCommand | undefined {
  const message = line.replace(LEADING_SPACE, '')
  if (!message.startsWith('::')) return undefined
  const end = message.indexOf('::', 2)
  if (end < 0) return undefined
  return command(message.slice(2, end), ',', message.slice(end + 2))
}

function parseV1(line: string): ParsedCommand | undefined {
  const start = line.indexOf('##[')
  if (start < 0) return undefined
  const end = line.indexOf(']', start)
  if (end < 0) return undefined
  return command(line.slice(start + 3, end), ';', line.slice(end + 1))
}

function command(info: string, separator: string, message: string): ParsedCommand | undefined {
  const space = info.indexOf(' ')
  const name = (space < 0 ? info : info.slice(0, space)).toLowerCase()
  if (!known.has(name)) return undefined
  const properties: Record<string, string> = {}
  for (const pair of space < 0
    ? []
    : info
        .slice(space + 1)
        .trim()
        .split(separator)) {
    const [key = '', value] = pair.split(/=(.*)/s)
    if (value !== undefined) properties[key] = unescape(value)
  }
  return { name, properties, message: unescape(message) }
}

function unescape(text: string): string {
  const codes: Readonly<Record<string, string>> = { '0D': '\r', '0A': '\n', '3A': ':', '2C': ',', '25': '%' }
  return text.replace(/%(0D|0A|3A|2C|25)/g, (_, code: string) => codes[code] ?? '')
}
