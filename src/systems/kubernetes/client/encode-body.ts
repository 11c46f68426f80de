/** What JSON takes raw in a text and YAML takes for the end of a line, for a mark, or not at all. */
const notOfYaml = /[\u007F-\u009F\u2028\u2029\uFEFF\uFFFE\uFFFF]/g

/**
 * JSON that is read alike as YAML. The API server reads the body of a server-side apply as YAML, whose lines also end
 * at U+0085, U+2028 and U+2029: in a text they were folded, and spaces around them lost (seen with 1.34). Pure.
 */
export function encodeBody(value: unknown): string {
  return JSON.stringify(value).replace(
    notOfYaml,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
