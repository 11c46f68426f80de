/** Writes one event. Fields must not hold secrets or prompts. */
export type Log = (
  level: 'info' | 'error',
  message: string,
  fields?: Readonly<Record<string, unknown>>,
) => void

/** One JSON object a line, on standard output, as log collectors read it. */
export const logToStandardOutput: Log = (level, message, fields = {}) => {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`)
}
