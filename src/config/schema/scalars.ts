import { z } from 'zod'
import { VARIABLE_FORM, isSettableVariable } from '../environment-names.ts'
import { DURATION_FORM, parseDuration } from '../parse-duration.ts'
import { oneOf } from './strict.ts'

/** A text of a form; the message, also where it is missing, is what is allowed. */
export const matching = (pattern: RegExp, form: string) => z.string(form).regex(pattern, form)

// The message of each check is what is allowed, as a phrase that follows "allowed is".

/** A text with something in it. */
export const line = matching(/^[^\n\S]*\S[^\n]*$/, 'a text of one line')

export const duration = matching(/^(?:\d{1,6}h)?(?:\d{1,6}m)?(?:\d{1,6}s)?$/, DURATION_FORM)
  .refine((text) => parseDuration(text) !== undefined, DURATION_FORM)

const PATH_FORM = 'a relative path without ".."'

/** Stays inside the folder that it is relative to, as far as its text goes; links are looked at when it is used. */
export const path = matching(/^(?![/~-])(?!(?:.*\/)?\.\.(?:\/|$))[^\\:\n]+$/, PATH_FORM)

/** One path or several. */
export const paths = oneOf('a path, or a list of paths', [path, z.array(path).min(1).max(100)])

/** Names of variables and their values. */
export const environment = z.record(
  matching(/^[A-Za-z_][A-Za-z0-9_]*$/, VARIABLE_FORM).refine(isSettableVariable, VARIABLE_FORM),
  z.string({ error: () => 'a text (numbers, true and false in quotes)' }),
)

/** Names and values that are handed on as they are. */
export const texts = (name: RegExp, form: string) =>
  z.record(
    matching(name, form),
    z.string({ error: () => 'a text (numbers, true and false in quotes)' }),
  )

export const severity = z.enum(['critical', 'high', 'medium', 'low', 'info'])

export const dnsLabel = matching(/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/, 'a name of a-z, 0-9 and -, of at most 63 characters')

export const httpUrl = matching(/^https?:\/\/[^\s/@]+(?:\/[^\s]*)?$/, 'an http or https URL without a login in it')

export const switchedOff = z.literal(false)
