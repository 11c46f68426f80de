/**
 * Escape sequences and control characters. The first alternative, colours and the like (SGR), is kept; cursor movement,
 * titles, links and everything else that a terminal would act on goes.
 */
const CONTROLS =
  /(\u001b\[[0-9;:]*m)|\u001b\[[0-?]*[ -/]*[@-~]?|\u001b[\]PX^_][^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?|[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g

/** Nearly no line has any of these, and is done with at once. */
const SUSPECT = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f]|::|##\[/

/** What the runner takes for white space before a command, and what may look like nothing there. */
const COMMAND_START = /^([\s\u0085\u00ad\u180e\u200b-\u200f\u2060-\u2064\ufeff]*:)(?=:.*::)/

/**
 * A line of foreign text as it may be written to the log: the runner can never read a command in it. A space breaks the
 * two ways that a command can begin, which is visible and changes nothing else: `::name::` after white space at the
 * start of a line becomes `: :name::`, and `##[` anywhere becomes `# #[` (ActionCommand.cs, TryParseV2 and TryParse).
 */
export function neutraliseLine(line: string): string {
  if (!SUSPECT.test(line)) return line
  return line
    .replace(CONTROLS, (_, colour: string | undefined) => colour ?? '')
    .replace(COMMAND_START, '$1 ')
    .replaceAll('##[', '# #[')
}

/** The ends of lines that any reader of the log might take for one. */
export const LINE_END = /\r\n|[\r\n\u0085\u2028\u2029]/

/** Text of several lines, each made harmless; without a line end at its end. */
export function neutraliseText(text: string): string {
  return text.split(LINE_END).map(neutraliseLine).join('\n')
}
