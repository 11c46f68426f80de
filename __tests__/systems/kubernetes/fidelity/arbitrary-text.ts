import fc from 'fast-check'

/** What passes for something else when it is not quoted, and what editors and line ends leave. */
const traps = [
  '',
  ' ',
  'yes',
  'null',
  '~',
  '0644',
  '1e3',
  '12:30',
  '# no comment',
  '- item: &anchor *alias',
  '{{ .Values.name }} $(VAR) ${VAR}',
  `it's "quoted" \\ and \\n escaped`,
  ' leading and trailing ',
  '\ttabbed\t',
  'first line\n  second line\n\n',
  '\n\nthird line\n---\n...\n',
  'carriage\r\nreturn\r',
  'separators \u2028 of lines and \u2029 paragraphs, \uFEFF a mark',
  'Grüße, мир, 世界, שלום, 👩‍🚀',
]

/** What kubectl sends raw and the server takes for the end of a line of YAML, or not at all. */
const notOfKubectl = /[\u007F-\u009F\uFFFE\uFFFF]/g

/** Text where the server takes any. */
export const freeText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...traps),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 8 }).map((text) => text.replaceAll(notOfKubectl, '')),
  fc.array(fc.constantFrom(...traps), { minLength: 2, maxLength: 3 }).map((lines) => lines.join('\n')),
)

/** A key of the data of ConfigMaps and Secrets; some are names of what every JavaScript object has. */
export const dataKey: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.stringMatching(/^[A-Za-z0-9_-][-._A-Za-z0-9]{0,8}$/) },
  { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor', 'toString', '.hidden', 'a.b.c') },
)

/** Numbers that are whole or not, as exact as JavaScript has them. */
export const anyNumber: fc.Arbitrary<number> = fc.oneof(
  fc.double({ noNaN: true, min: -1e15, max: 1e15 }),
  fc.constantFrom(0.1, -1.5, 5e-324, 1e-7, -2.25e-300),
  fc.integer(),
)
