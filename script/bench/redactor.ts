/**
 * How fast the redactor is on ordinary logs and on the worst texts that we know, beside what a user would run instead:
 * `replaceAll` in JavaScript for each whole form (the runner does the same in C#), and sed. Time is the
 * process's own, so that other work of the machine counts as little as possible; sed's is that of the clock.
 *
 *     node script/bench/redactor.ts [megabytes of ordinary log]
 */
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'

import { createRedactor, type Redactor } from '../../src/report/redaction/redactor.ts'
import { secretForms } from '../../__tests__/report/redaction/whole-forms.ts'

const megabytes = Number(process.argv[2] ?? 64)
const MIB = 2 ** 20
const secrets = Array.from({ length: 200 }, (_, at) => randomBytes(8 + (at % 32)).toString('base64'))
const repeated = [`${'a'.repeat(4000)}b`, `${'a'.repeat(63)}b`]

const line = (at: number) =>
  `2026-01-02T03:04:05.${String(at).padStart(6, '0')}Z  INFO  server/handler.ts:${at} GET /v1/generations/${randomBytes(8).toString('hex')} 200 in ${at % 97} ms${at % 500 === 0 ? ` token=${secrets[at % 200] ?? ''}` : ''}\n`
const lines = Array.from({ length: 10_000 }, (_, at) => line(at))
const plain = lines.join('')

const redactor = redactorFor(secrets)
const fast = measure(redactor, plain, megabytes)
console.log(`ordinary log            ${rate(fast)}, 200 secrets, chunks of 64 KiB`)
console.log(
  `  with colours          ${rate(measure(redactor, plain.replaceAll('INFO', '\x1b[32mINFO\x1b[0m'), megabytes))}`,
)
console.log(
  `  as JSON in JSON       ${rate(measure(redactor, lines.map((each) => `${JSON.stringify({ log: JSON.stringify({ each }) })}\n`).join(''), megabytes))}`,
)
console.log(`  with a short secret   ${rate(measure(redactorFor([...secrets, 'q7Zx!']), plain, megabytes))}`)
const forms = secrets.flatMap((secret) => [...secretForms(secret)])
const naive = replaceAll(forms)
console.log(
  `replaceAll              ${rate(naive)}, ${forms.length} whole forms: ${(fast / naive).toFixed(0)} times slower`,
)
const sed = runSed()
if (sed !== undefined)
  console.log(
    `sed                     ${rate(sed)}, the secrets as they are: ${(fast / sed).toFixed(0)} times slower`,
  )

const worst: readonly (readonly [string, string, readonly string[]])[] = [
  ['one letter, near misses', 'a', repeated],
  ['the secrets themselves', secrets.join(' '), []],
  ['all but their last byte', secrets.map((each) => each.slice(0, -1)).join(' '), []],
  ['their first four bytes', secrets.map((each) => each.slice(0, 4)).join(''), []],
  ['base64 in lines', wrap(randomBytes(MIB / 2).toString('base64')), []],
  ['hexadecimal', randomBytes(MIB / 2).toString('hex'), []],
  [
    'their bytes, with colons',
    secrets.map((each) => Buffer.from(each.slice(0, -1)).toString('hex').replace(/../g, '$&:')).join(''),
    [],
  ],
  ['decimal bytes', '97, ', repeated],
  ['random bytes', randomBytes(MIB).toString('latin1'), []],
  ['backslashes', '\\', [`${'\\'.repeat(50)}x`]],
  ['%25', '%25', [`${'%25'.repeat(20)}x`]],
  ['%61', '%61', repeated],
  ['\\u0061', '\\u0061', repeated],
  ['&#97;', '&#97;', repeated],
  ['colour codes', '\x1b[31m', []],
  ['colour codes within', 'a\x1b[31m', repeated],
  ['quotes', `'"'"'`, [`${"'".repeat(63)}b`]],
  ['ends of lines', 'a\n', [`${'a\n'.repeat(31)}b`, `${'a '.repeat(20)}c`]],
]
console.log('the worst texts')
let slowest = Infinity
for (const [name, text, more] of worst) {
  const speed = measure(redactorFor([...secrets, ...more]), text, 1)
  slowest = Math.min(slowest, speed)
  console.log(`  ${name.padEnd(24)}${rate(speed)}`)
}
console.log(`slowest                 ${rate(slowest)}`)

const big = [randomBytes(800_000).toString('base64'), 'a'.repeat(1_100_000)]
for (const [name, value] of [
  ['random', big[0]],
  ['of one letter', big[1]],
] as const) {
  const before = process.memoryUsage()
  const started = process.cpuUsage().user
  const large = redactorFor([value ?? ''])
  const seconds = (process.cpuUsage().user - started) / 1e6
  const after = process.memoryUsage()
  const grown = (after.arrayBuffers - before.arrayBuffers) / MIB
  console.log(
    `a secret of 1 MB, ${name}: ${seconds.toFixed(2)} s to register, ${grown.toFixed(0)} MiB; ${rate(measure(large, plain, 4))}`,
  )
}

function redactorFor(values: readonly string[]): Redactor {
  const made = createRedactor()
  for (const value of values) made.add(value)
  made.redact('what is looked for is made at the first text')
  return made
}

/** The best of three, in megabytes a second of the process's own time. */
function best(run: () => number): number {
  const rates = [0, 1, 2].map(() => {
    const started = process.cpuUsage().user
    const bytes = run()
    return bytes / (process.cpuUsage().user - started)
  })
  return Math.max(...rates)
}

function measure(subject: Redactor, text: string, size: number): number {
  const unit = Buffer.from(text, 'utf8')
  const block = Buffer.alloc(Math.max(MIB, unit.length), unit)
  return best(() => {
    const stream = subject.openStream()
    const blocks = Math.ceil((size * MIB) / block.length)
    for (let count = 0; count < blocks; count += 1) {
      for (let at = 0; at < block.length; at += 65_536) stream.push(block.subarray(at, at + 65_536))
    }
    stream.end()
    return blocks * block.length
  })
}

function replaceAll(all: readonly string[]): number {
  return best(() => {
    let text = plain
    for (const form of all) text = text.replaceAll(form, '***')
    return Buffer.byteLength(plain)
  })
}

/** Undefined where there is no sed. */
function runSed(): number | undefined {
  const script = secrets.map((each) => `s/${each.replace(/[\\/.*[\]^$]/g, '\\$&')}/***/g`).join('\n')
  const { status } = spawnSync('sed', [script], { input: plain, maxBuffer: 64 * MIB })
  if (status !== 0) return undefined
  const begun = performance.now()
  spawnSync('sed', [script], { input: plain, maxBuffer: 64 * MIB })
  return Buffer.byteLength(plain) / 1000 / (performance.now() - begun)
}

function wrap(text: string): string {
  return text.replace(/.{76}/g, '$&\n')
}

function rate(megabytesPerSecond: number): string {
  return `${megabytesPerSecond.toFixed(1).padStart(7)} MB/s`
}
