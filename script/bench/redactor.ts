/**
 * How fast the redactor is, beside the naive way (`split` and `join` for each form) in the same run.
 *
 *     node script/bench/redactor.ts [megabytes]
 */
import { randomBytes } from 'node:crypto'

import { createRedactor } from '../../src/report/redaction/redactor.ts'
import { secretForms } from '../../__tests__/report/redaction/whole-forms.ts'

const megabytes = Number(process.argv[2] ?? 64)
const secrets = Array.from({ length: 200 }, (_, at) => randomBytes(8 + (at % 32)).toString('base64'))
const redactor = createRedactor()
for (const secret of secrets) redactor.add(secret)

const lines = Array.from(
  { length: 10_000 },
  (_, at) =>
    `2026-01-02T03:04:05.${String(at).padStart(6, '0')}Z  INFO  server/handler.ts:${at} GET /v1/generations/${randomBytes(8).toString('hex')} 200 in ${at % 97} ms${at % 500 === 0 ? ` token=${secrets[at % 200] ?? ''}` : ''}\n`,
).join('')
const block = Buffer.from(lines)
const blocks = Math.ceil((megabytes * 1e6) / block.length)

const fast = measure(() => {
  const stream = redactor.openStream()
  let bytes = 0
  for (let count = 0; count < blocks; count += 1) {
    for (let at = 0; at < block.length; at += 65_536)
      bytes += stream.push(block.subarray(at, at + 65_536)).length
  }
  return bytes + stream.end().length
}, blocks * block.length)

const naive = measure(() => {
  let text = lines
  for (const secret of secrets) {
    for (const form of secretForms(secret)) text = text.split(form).join('***')
  }
  return text.length
}, block.length)

console.log(`redactor      ${fast.toFixed(0)} MB/s, 200 secrets, chunks of 64 KiB`)
console.log(`split/join    ${naive.toFixed(1)} MB/s, the same forms`)
console.log(`ratio         ${(fast / naive).toFixed(0)}`)

/** The best of three, in megabytes a second. */
function measure(run: () => number, bytes: number): number {
  const times = [0, 1, 2].map(() => {
    const started = performance.now()
    run()
    return performance.now() - started
  })
  return bytes / 1000 / Math.min(...times)
}
