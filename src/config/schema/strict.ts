import { z } from 'zod'

/** Keys with values, and no other keys: the message of an unknown one is the list of the allowed ones. */
export function strict<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? Object.keys(shape).join(', ') : undefined),
  })
}

/** One of several forms; `allowed` names them for messages. */
export function oneOf<const Options extends readonly [z.ZodType, ...z.ZodType[]]>(allowed: string, options: Options) {
  return z.union(options, { error: () => allowed })
}
