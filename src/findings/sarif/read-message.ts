import { arrayAt, stringAt, valueAt } from '../json.ts'

/**
 * The text of a result's message: its own, or the one that its id names in the rule or the tool (3.11.7), with its
 * arguments in place.
 */
export function readMessage(run: unknown, result: unknown, rule: unknown): string | undefined {
  const message = valueAt(result, 'message')
  const id = stringAt(message, 'id')
  const text =
    stringAt(message, 'text') ??
    stringAt(message, 'markdown') ??
    (id === undefined
      ? undefined
      : (stringAt(rule, 'messageStrings', id, 'text') ??
        stringAt(run, 'tool', 'driver', 'globalMessageStrings', id, 'text'))) ??
    stringAt(rule, 'shortDescription', 'text')
  const values = arrayAt(message, 'arguments')
  if (text === undefined || (values.length === 0 && id === undefined)) return text
  return text.replace(/\{\{|\}\}|\{(\d{1,3})\}/g, (found, index: string | undefined) => {
    if (index === undefined) return found.charAt(0)
    const value = values[Number(index)]
    return typeof value === 'string' ? value : found
  })
}
