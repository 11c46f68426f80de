import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { StagegateError } from '../../src/errors/index.ts'
import { explainIssue } from '../../src/config/load/explain-issue.ts'
import { createFinding, ProblemMatcher } from '../../src/findings/index.ts'
import { JunitParser } from '../../src/findings/xml/parse-junit.ts'
import { readXml } from '../../src/findings/xml/read-xml.ts'
import { limitBytes, limitLine } from '../../src/report/limit-bytes.ts'
import { createRedactor } from '../../src/report/redaction/redactor.ts'
import { OutputReader } from '../../src/stages/commands/output-reader.ts'
import { judgeAnswer } from '../../src/stages/deploy/smoke/judge-answer.ts'
import { lacksEvidence } from '../../src/stages/scan/scanner.ts'
import { parsePlayEvents } from '../../src/systems/ansible/play-events.ts'
import { playFailure } from '../../src/systems/ansible/play-failure.ts'
import { explainBuildFailure } from '../../src/systems/docker/build-failure.ts'
import { daemonFailure } from '../../src/systems/docker/daemon-failure.ts'
import { gitReasons } from '../../src/systems/git/git-failure.ts'
import { toApiAnnotations } from '../../src/systems/github/check-annotations.ts'
import { diffLines } from '../../src/systems/kubernetes/apply/diff/diff-lines.ts'
import { renderValue } from '../../src/systems/kubernetes/apply/diff/render-value.ts'
import { toApiError } from '../../src/systems/kubernetes/client/api-error.ts'
import { findFailure } from '../../src/systems/kubernetes/client/expect-body.ts'
import { oneLine as oneLineOfCluster } from '../../src/systems/kubernetes/evidence/one-line.ts'
import { BoundedLog } from '../../src/systems/kubernetes/logs/bounded-log.ts'
import { LogLimit } from '../../src/systems/kubernetes/logs/log-limit.ts'
import { readLogLines } from '../../src/systems/kubernetes/logs/log-lines.ts'
import { complaintOf } from '../../src/systems/kubernetes/manifests/sources/source-reading.ts'
import { createForeignText } from '../../src/systems/runner/foreign-text.ts'
import { KeptOutput } from '../../src/systems/runner/kept-output.ts'
import { createOutput } from '../../src/systems/runner/output.ts'
import { readRefusal } from '../../src/systems/vault/vault-error.ts'
import {
  cut,
  cutAtWord,
  HeadBytes,
  cutLines,
  oneLine,
  redactCutsWith,
  withoutBrokenEnd,
} from '../../src/text/index.ts'

const secret = 'Zq8vN2kLw5Xr7TbJ4mHcGd9PfYs3UeRa6VxBiWoK'
const spaced = 'Qorrexz Hqrsyy  Vatzeky Xtaplq 0815 Tr0ub4dQ'
const secrets = [secret, spaced]

const redactor = createRedactor()
secrets.forEach((each) => redactor.add(each))
redactCutsWith(redactor)

/** What an error shows of itself wherever it goes. */
function textOf(error: unknown): string {
  const { message, evidence } = error as StagegateError
  return [message, ...evidence].join('\n')
}

const bytes = (text: string): Buffer => Buffer.from(text)

function readOutput(text: string, use: (reader: OutputReader, lines: readonly string[]) => string): string {
  const lines: string[] = []
  const reader = new OutputReader((line) => lines.push(line))
  // In pieces, as a pipe gives it.
  for (let at = 0; at < text.length; at += 1_000) reader.write(bytes(text.slice(at, at + 1_000)), 'stdout')
  reader.end()
  return use(reader, lines)
}

async function linesOfLog(text: string): Promise<string> {
  const lines: string[] = []
  for await (const line of readLogLines(pieces(text))) lines.push(line)
  return lines.join('\n')
}

async function* pieces(text: string): AsyncGenerator<Uint8Array> {
  await Promise.resolve()
  yield bytes(text.slice(0, 700))
  yield bytes(text.slice(700))
}

function inLog(write: (output: ReturnType<typeof createOutput>) => void): string {
  const stdout = new PassThrough()
  const said: Buffer[] = []
  stdout.on('data', (chunk: Buffer) => said.push(chunk))
  write(createOutput({ stdout, redactor, isRunner: true, folder: mkdtempSync(join(tmpdir(), 'cut-')) }))
  stdout.end()
  return Buffer.concat([...said, (stdout.read() as Buffer | null) ?? Buffer.alloc(0)]).toString()
}

type Cutter = (text: string) => string | Promise<string>

/**
 * Everything that shortens a text from outside, each with the place of its cut. A new one belongs here; the linter sees to
 * it that there is no other way to cut than those of src/text.
 */
const cutters: readonly (readonly [name: string, limit: number, cutter: Cutter])[] = [
  ['cut', 300, (text) => cut(text, 300)],
  ['cutAtWord', 300, (text) => cutAtWord(text, 300)],
  ['oneLine', 300, (text) => oneLine(text, 300)],
  ['cutLines', 300, (text) => cutLines(text, 300)],
  ['what somebody else has cut', 300, (text) => withoutBrokenEnd(text.slice(0, 300))],
  [
    'the head of bytes',
    300,
    (text) => {
      const head = new HeadBytes(300)
      for (let at = 0; at < text.length; at += 7) head.add(bytes(text.slice(at, at + 7)))
      return head.take().toString()
    },
  ],
  [
    'kept output, its beginning',
    1_000,
    (text) => {
      const kept = new KeptOutput(2_000)
      for (let at = 0; at < text.length; at += 7) kept.add(bytes(text.slice(at, at + 7)))
      return kept.toString()
    },
  ],
  [
    'kept output, its end',
    2_000,
    (text) => {
      const kept = new KeptOutput(2_000)
      // What is kept of the end begins near the secret's.
      const begin = text.replace(/~+$/, '')
      kept.add(bytes(`${'.'.repeat(3_000)}${begin}${'~'.repeat(2_980 - begin.length)}`))
      return kept.toString()
    },
  ],
  [
    'a kept log',
    512 * 1024,
    (text) => {
      const log = new BoundedLog()
      log.add(bytes(text))
      log.add(bytes('.'.repeat(900_000)))
      return log.text()
    },
  ],
  ['a line of output', 4_096, (text) => readOutput(text, (_reader, lines) => lines.join('\n'))],
  ['the last lines of output', 4_096, (text) => readOutput(text, (reader) => reader.lastLines().join('\n'))],
  [
    'what a compiler says',
    4_070,
    (text) =>
      readOutput(`src/a.ts(2,19): error TS2363: ${text}`, (_reader, lines) => {
        const matcher = new ProblemMatcher('/w', '/w')
        lines.forEach((line) => {
          matcher.addLine(line)
        })
        return JSON.stringify(matcher.findings())
      }),
  ],
  [
    'a line of the log',
    64 * 1024,
    (text) => {
      const foreign = createForeignText(redactor)
      return foreign.push(bytes(text)) + foreign.end()
    },
  ],
  [
    'the log of a step',
    64 * 1024,
    (text) =>
      inLog((output) => {
        const log = output.openLog('build', 'compile')
        log.child(bytes(`${text}\n`))
        log.close()
      }),
  ],
  [
    'a finding',
    64 * 1024,
    (text) => createFinding({ tool: 't', rule: 'r', severity: 'high', message: text }).message,
  ],
  [
    'a test of JUnit',
    16 * 1024,
    async (text) => {
      const parser = new JunitParser('r.xml', '/w')
      const xml = `<testsuite><testcase name="n"><failure>${text}</failure></testcase></testsuite>`
      await readXml(pieces(xml), 'r.xml', parser)
      return JSON.stringify(parser.summary())
    },
  ],
  [
    'an answer to a smoke test',
    200,
    (text) =>
      judgeAnswer(
        { name: 'n', url: 'u', status: 200, body: undefined, source: 's' },
        { status: 500, body: text },
      ) ?? '',
  ],
  [
    'a value in an answer to a smoke test',
    199,
    (text) =>
      judgeAnswer(
        { name: 'n', url: 'u', status: 200, body: { v: 'x' }, source: 's' },
        { status: 200, body: JSON.stringify({ v: text }) },
      ) ?? '',
  ],
  [
    'the last words of a scanner',
    500,
    (text) =>
      textOf(lacksEvidence('t', 'w', { finished: { exitCode: 2, stdout: '', stderr: text, durationMs: 1 } })),
  ],
  [
    'the last words of Ansible',
    500,
    (text) =>
      textOf(
        playFailure(
          'p',
          4,
          { recap: [], failedTasks: [], emptyPlays: [], unreachable: [], complete: false },
          text,
        ),
      ),
  ],
  [
    'a task of Ansible',
    500,
    (text) => textOf(playFailure('p', 2, parsePlayEvents(eventOf(text, false), '/w'), '')),
  ],
  [
    'a task of Ansible that the plugin has cut',
    450,
    (text) => textOf(playFailure('p', 2, parsePlayEvents(eventOf(text.slice(0, 450), true), '/w'), '')),
  ],
  ['why Git fails', 293, (text) => gitReasons(`fatal: ${text}`).join('\n')],
  ['why a build fails', 500, (text) => textOf(explainBuildFailure(`ERROR: ${text}`, 1))],
  [
    'why the engine does not answer',
    450,
    (text) => textOf(daemonFailure(`Cannot connect to the Docker daemon at ${text}`)),
  ],
  [
    'why Vault refuses',
    500,
    (text) => readRefusal({ response: { status: 403, data: { errors: [text] } } })?.reasons.join('\n') ?? '',
  ],
  [
    'why a renderer complains',
    1_000,
    (text) => complaintOf({ exitCode: 1, stdout: '', stderr: text, durationMs: 1 }, '/w'),
  ],
  [
    'why the API server refuses',
    1_000,
    (text) =>
      textOf(
        toApiError(
          { purpose: 'get x', sensitive: false },
          {
            status: 400,
            summary: '',
            text: JSON.stringify({ kind: 'Status', message: text, reason: 'R', status: 'Failure' }),
          },
        ),
      ),
  ],
  [
    'a failure that comes as a success',
    990,
    (text) => findFailure({ kind: 'Status', status: 'Failure', reason: 'R', message: text }, false) ?? '',
  ],
  ['what the cluster says', 500, (text) => oneLineOfCluster(text)],
  ['a line of a live log', 2_000, (text) => new LogLimit().take(text).join('\n')],
  ['a long line of a container', 64 * 1024, linesOfLog],
  ['a value of a diff', 120, (text) => renderValue(text)],
  ['a quoted value of a diff', 119, (text) => renderValue(`${text} `)],
  ['a line of a text of a diff', 120, (text) => diffLines('', text).join('\n')],
  [
    'a value of the configuration',
    79,
    (text) =>
      explainIssue({ code: 'custom', path: ['a'], message: 'm', input: text } as never, { a: text })
        .map((each) => each.text)
        .join('\n'),
  ],
  ['a description of a status', 140, (text) => limitLine(text, 140)],
  [
    'the title of an annotation',
    255,
    (text) =>
      JSON.stringify(
        toApiAnnotations([
          { path: 'p', startLine: 1, endLine: 1, level: 'failure', title: text, message: 'm' },
        ]),
      ),
  ],
  [
    'the message of an annotation',
    4_000,
    (text) =>
      JSON.stringify(
        toApiAnnotations([
          { path: 'p', startLine: 1, endLine: 1, level: 'failure', title: 't', message: text },
        ]),
      ),
  ],
  // A note of some 65 bytes is a part of it.
  ['a summary', 1_935, (text) => limitBytes(text, 2_000)],
]

function eventOf(text: string, isCut: boolean): string {
  return JSON.stringify({ event: 'failed', host: 'h', task: 't', path: '', parts: [{ text, cut: isCut }] })
}

/** The most characters of a secret in a row that a text still shows. */
function shown(text: string): number {
  let most = 0
  for (const each of secrets) {
    for (let start = 0; start < each.length; start += 1) {
      while (text.includes(each.slice(start, start + most + 1)) && start + most + 1 <= each.length) most += 1
    }
  }
  return most
}

const offsets = Array.from({ length: secret.length + 12 }, (_, index) => index)

describe('At every offset around the limit at most 3 characters of a secret are left by', () => {
  test.each(cutters)('%s', { timeout: 60_000 }, async (_name, limit, cutter) => {
    for (const value of secrets) {
      // All offsets where the limit is near, some where each takes a mebibyte.
      for (const offset of limit > 100_000 ? offsets.filter((each) => each % 9 === 4) : offsets) {
        const before = '-'.repeat(Math.max(0, limit - value.length - 6 + offset))
        const text = `${before}${value}${'~'.repeat(limit > 100_000 ? 700_000 : 3_000)}`
        // What is written is redacted once more at its end.
        expect(shown(redactor.redact(await cutter(text))), `offset ${offset}`).toBeLessThanOrEqual(3)
      }
    }
  })
})

test('The same secret would be seen where a text is cut by hand', () => {
  expect(shown(redactor.redact(`${'-'.repeat(280)}${secret}`.slice(0, 300)))).toBe(20)
})
