/** Settings of schemathesis that make it ask less, or say less. */
const WEAKENING =
  /(?<![\w-])(enabled(?=[ \t]*=[ \t]*false)|baseline|warnings|expected-statuses|max-failures|hooks|mode|suppress-health-check|(?:in|ex)clude-[a-z-]+)(?=[ \t]*=)/g

/**
 * Names of settings in a `schemathesis.toml` that can hide something, each with its line: `enabled (line 3)`. The file cannot
 * be switched off: the headers and logins that a service needs are in it.
 */
export function findSettings(text: string): readonly string[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trimStart().startsWith('#')) return []
    return [...line.matchAll(WEAKENING)].map((match) => `${match[1] ?? ''} (line ${index + 1})`)
  })
}
