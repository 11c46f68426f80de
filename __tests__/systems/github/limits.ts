import { invalidField } from './refusal.ts'

/** Refuses a text of more than `limit` characters (Unicode code points, as GitHub counts). */
export function assertCharacters(
  resource: string,
  field: string,
  text: string | null | undefined,
  limit: number,
): void {
  if (Array.from(text ?? '').length > limit) {
    throw invalidField(resource, field, `${field} is too long (maximum is ${limit} characters)`)
  }
}

/** Refuses a text of more than `limit` bytes of UTF-8. */
export function assertBytes(resource: string, field: string, text: string | undefined, limit: number): void {
  if (Buffer.byteLength(text ?? '') > limit) {
    throw invalidField(resource, field, `${field} exceeds a maximum bytesize of ${limit}`)
  }
}
