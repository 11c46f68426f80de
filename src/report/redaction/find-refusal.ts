import { SHORTEST } from './secret-forms.ts'

const OWN_WORDS = new Set(
  'true false null none undefined success failure cancelled skipped error warning pending queued completed in_progress'.split(
    ' ',
  ),
)

/** Why a value cannot be hidden; empty for an empty value, which needs no word. */
export function findRefusal(value: string): string | undefined {
  if (value === '') return ''
  if (value.length < SHORTEST)
    return `A secret of ${value.length} characters is too short to be hidden in the log.`
  if (OWN_WORDS.has(value.toLowerCase()))
    return 'A secret is an ordinary word that cannot be hidden in the log.'
  return undefined
}
