/** Shorter values and forms are left alone: hiding them would hide ordinary text. Characters, and bytes of a form. */
export const SHORTEST = 4

/**
 * Every form in which a secret is looked for: the value and each of its lines, and of each of them the encodings that
 * tools print values in. Longest first is up to the search.
 */
export function secretForms(value: string): ReadonlySet<string> {
  const forms = new Set<string>()
  const lines = value.split(/\r\n|\r|\n/)
  for (const part of new Set([value, value.trim(), ...lines, ...lines.map((line) => line.trim())])) {
    if (part.length < SHORTEST) continue
    for (const form of encodings(part)) {
      // White space around a form is no secret, and a form that begins with a line break would hold back every line.
      if (form.length >= SHORTEST && form.trim() === form) forms.add(form)
    }
  }
  return forms
}

function* encodings(text: string): Generator<string> {
  const bytes = Buffer.from(text)
  yield text
  yield* base64Forms(bytes)
  yield bytes.toString('hex')
  yield bytes.toString('hex').toUpperCase()
  yield* urlForms(text)
  yield* jsonForms(text)
  yield* xmlForms(text)
  yield* shellForms(text)
}

/**
 * Base64 at the three places that a value can have within a longer text that was encoded as a whole: of each only the
 * characters that the value alone decides. The runner does the same (ValueEncoders.cs).
 */
function* base64Forms(bytes: Buffer): Generator<string> {
  for (const encoding of ['base64', 'base64url'] as const) {
    yield bytes.toString(encoding)
    for (const shift of [0, 1, 2]) {
      const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString(encoding)
      yield encoded.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6))
    }
  }
}

/** Percent-encoding as browsers, forms and other languages do it: which characters are spared differs, and the case. */
function* urlForms(text: string): Generator<string> {
  if (!text.isWellFormed()) return
  const component = encodeURIComponent(text)
  const strict = component.replace(/[!'()*]/g, (character) => percent(character))
  const all = strict.replace(/[~]/g, (character) => percent(character))
  for (const form of [component, strict, all, encodeURI(text)]) {
    yield form
    yield form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())
    yield form.replaceAll('%20', '+')
  }
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}

/** A string within JSON: as JavaScript writes it, as Go does (`<` as `\u003c`), as Python does (ASCII only), with `\/`. */
function* jsonForms(text: string): Generator<string> {
  const plain = JSON.stringify(text).slice(1, -1)
  const unicode = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  yield plain
  yield plain.replaceAll('/', '\\/')
  yield plain.replace(/[<>&\u2028\u2029]/g, unicode)
  yield plain.replace(/[\u007f-\uffff]/g, unicode)
  // A JSON text within a JSON text: log lines that hold an answer.
  yield JSON.stringify(plain).slice(1, -1)
}

function* xmlForms(text: string): Generator<string> {
  const base = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  yield base
  yield base.replaceAll('"', '&quot;')
  yield base.replaceAll('"', '&quot;').replaceAll("'", '&apos;')
  yield base.replaceAll('"', '&quot;').replaceAll("'", '&#39;')
  yield base.replaceAll('"', '&#34;').replaceAll("'", '&#39;')
  yield base.replaceAll('"', '&quot;').replaceAll("'", '&#x27;')
}

/** What `set -x`, `printf %q` and quoting by hand make of it. */
function* shellForms(text: string): Generator<string> {
  yield text.replaceAll("'", "'\\''")
  yield text.replaceAll("'", `'"'"'`)
  yield text.replace(/["$`\\]/g, (character) => `\\${character}`)
  yield text.replace(/[^\w@%+=:,./-]/g, (character) => `\\${character}`)
}
