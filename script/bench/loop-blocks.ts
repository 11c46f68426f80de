/**
 * How long hostile text keeps the event loop from turning: 1 MiB of each attack to every parser, matcher and escaper, or as
 * much as its own limit lets through. While the loop does not turn, neither a cancel nor a timeout is heard. Prints for
 * each the longest block and what caused it; the last line has the longest of all.
 *
 *     node script/bench/loop-blocks.ts [name]
 */
import { parseConfigText } from '../../src/config/load/parse-config-text.ts'
import { findPlace } from '../../src/findings/find-place.ts'
import { ProblemMatcher } from '../../src/findings/problem-matcher.ts'
import { readReport } from '../../src/findings/read-report.ts'
import { codeBlock, codeSpan, escapeInline, linkTo, mermaidLabel } from '../../src/report/escape-markdown.ts'
import { limitBytes, limitLine } from '../../src/report/limit-bytes.ts'
import { createRedactor } from '../../src/report/redaction/redactor.ts'
import { parsePlayEvents } from '../../src/systems/ansible/play-events.ts'
import { parseBuildFailure } from '../../src/systems/docker/build-failure.ts'
import { daemonFailure } from '../../src/systems/docker/daemon-failure.ts'
import { classifyGitFailure, gitReasons } from '../../src/systems/git/git-failure.ts'
import { diffLines } from '../../src/systems/kubernetes/apply/diff/diff-lines.ts'
import { toApiError } from '../../src/systems/kubernetes/client/api-error.ts'
import { advise } from '../../src/systems/kubernetes/evidence/advise.ts'
import { oneLine } from '../../src/text/index.ts'
import { findTellingLine } from '../../src/systems/kubernetes/evidence/telling-lines.ts'
import { parseManifests } from '../../src/systems/kubernetes/manifests/parse-manifests.ts'
import { renderCommand } from '../../src/systems/runner/command-text.ts'
import { neutraliseText } from '../../src/systems/runner/neutralise.ts'

const BYTES = 1024 * 1024
/** What is promised: no foreign input within our limits takes longer in one go. Milliseconds. */
const LIMIT_MS = 100

type Subject = (text: string) => unknown

const secrets = ['hunter22-hunter22', `${'a'.repeat(4000)}b`, 'S'.repeat(32_000), '%25%25%2F', '\\\\"\\\\"x']
const redactor = createRedactor()
for (const secret of secrets) redactor.add(secret)

const report = (text: string) => readReport(chunks(text), 'report', '/workspace').catch(() => undefined)
const matcher = (): ProblemMatcher => new ProblemMatcher('/workspace', '/workspace')
const subject = { verb: 'apply', kind: 'ConfigMap', name: 'a' } as never

const subjects: Readonly<Record<string, Subject>> = {
  'configuration file': parseConfigText,
  manifests: (text) => parseManifests(text, 'k8s/a.yaml'),
  'report, XML': (text) =>
    report(`<testsuite><testcase name="a"><failure>${text}</failure></testcase></testsuite>`),
  'report, XML attribute': (text) =>
    report(`<testsuite><testcase name="${text.replaceAll('"', ' ')}"/></testsuite>`),
  'report, raw': report,
  'report, JSON text': (text) => report(JSON.stringify({ runs: [text] })),
  'problem matcher, one line': (text) => {
    matcher().addLine(text)
  },
  'problem matcher, lines': async (text) => {
    const lines = matcher()
    for await (const chunk of chunks(text))
      for (const line of chunk.toString().split('\n')) lines.addLine(line)
  },
  'place in a stack trace': (text) => findPlace(text, '/workspace'),
  'redactor, text': (text) => redactor.redact(text),
  'redactor, secret': (text) => {
    const other = createRedactor()
    other.add(text)
    return other.redact(text)
  },
  neutraliser: neutraliseText,
  'workflow command': (text) => renderCommand('error', text, { file: text }),
  'Markdown, inline': escapeInline,
  'Markdown, code': (text) => codeSpan(text) + codeBlock(text),
  'Markdown, link': linkTo,
  'Mermaid label': mermaidLabel,
  'limit of bytes': (text) => limitBytes(text, 500_000),
  'limit of a line': (text) => limitLine(text, 140),
  'events of a play': (text) => parsePlayEvents(text, '/workspace'),
  'failure of a build': parseBuildFailure,
  'failure of the engine': daemonFailure,
  'failure of Git': (text) => [classifyGitFailure(text), gitReasons(text)],
  'refusal of the cluster': (text) => toApiError(subject, { status: 422, text } as never),
  'advice on a failure': (text) => advise({ reason: text, text, exitCode: 1, said: text }),
  'message of the cluster': (text) => oneLine(text, 500),
  'log of a container': (text) => findTellingLine(text.split('\n')),
  'diff of texts': (text) => diffLines(text, text.toUpperCase()),
}

/** Pieces that are repeated, and pieces that end what was repeated. */
const pieces = [
  '\n',
  '\r',
  ' ',
  '\t',
  'a',
  'a:',
  'a: b\n',
  '- ',
  '-',
  '[',
  '{',
  '{a: ',
  '[a, ',
  '"',
  "'",
  '"\\',
  '\\',
  '\\n',
]
pieces.push(
  '<',
  '<a>',
  '<!--',
  '&',
  '&amp;',
  '&#1;',
  '&a ',
  '*a ',
  '&a [*a, ',
  '!',
  '!!',
  '|',
  '>',
  '|\n ',
  '? ',
  '#',
  ' #',
  '%',
  '%25',
)
pieces.push(
  '::',
  '##[',
  '::error::',
  '`',
  '```\n',
  '~~~',
  '_',
  '*',
  '**',
  '](',
  '[](',
  '\u001b[0m',
  '\u001b',
  '/',
  '//',
  '../',
)
pieces.push(
  '@',
  'a@',
  'a/a:',
  '.',
  '..',
  '1',
  '1:',
  '1e',
  'a.ts:1:1: ',
  'a.ts(1,1): error TS1: ',
  'at a (b.js:1:1)\n',
  'S',
  'hunter22',
  '=',
)
pieces.push(
  '💥',
  'é',
  '\u2028',
  '0',
  '0x',
  ': ',
  ',',
  ', ',
  '(',
  ')',
  'ab',
  'error: ',
  'Error: a\n',
  'E',
  '{"a":',
  '[[',
  '---\n',
  '- a: 1\n  b: 2\n',
)
const ends = ['', '\u0000', 'b', '"', '\n', '!']

async function* chunks(text: string): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += 65_536) {
    // As a stream of a file: the loop turns between two chunks.
    await new Promise((resolve) => setImmediate(resolve))
    yield bytes.subarray(at, at + 65_536)
  }
}

/** Time that this thread was at work: what else the machine does is left out. Milliseconds. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/** The longest time in which the loop did not turn while the subject was at work, in milliseconds. */
async function longestBlock(act: Subject, text: string): Promise<number> {
  let longest = 0
  let turned = cpuMs()
  let isOver = false
  const turn = (): void => {
    const now = cpuMs()
    longest = Math.max(longest, now - turned)
    turned = now
    if (!isOver) setImmediate(turn)
  }
  setImmediate(turn)
  await new Promise((resolve) => setImmediate(resolve))
  try {
    await act(text)
  } catch {
    // A refusal is as good as an answer: what counts is how long it took.
  }
  isOver = true
  await new Promise((resolve) => setImmediate(resolve))
  return longest
}

const asked = process.argv[2]
let worst = { ms: 0, name: '', attack: '' }
for (const [name, act] of Object.entries(subjects)) {
  if (asked !== undefined && !name.includes(asked)) continue
  await longestBlock(act, 'warm\nup: 1\n'.repeat(1000))
  let slowest = { ms: 0, name, attack: '' }
  for (const piece of pieces) {
    for (const end of ends) {
      const text = piece.repeat(Math.floor(BYTES / Buffer.byteLength(piece))) + end
      const ms = await longestBlock(act, text)
      if (ms > slowest.ms) slowest = { ms, name, attack: JSON.stringify(piece + end) }
      // One that is slow is slow with each end.
      if (ms > 20 * LIMIT_MS) break
    }
  }
  const mark = slowest.ms > LIMIT_MS ? '  OVER' : ''
  console.log(`${name.padEnd(28)} ${slowest.ms.toFixed(1).padStart(8)} ms  ${slowest.attack}${mark}`)
  if (slowest.ms > worst.ms) worst = slowest
}
console.log(
  `longest block ${worst.ms.toFixed(1)} ms (${worst.name}, ${worst.attack}); promised ${LIMIT_MS} ms`,
)
