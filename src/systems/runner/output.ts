import type { TextRedactor } from '../../text/index.ts'
import { renderCommand } from './command-text.ts'
import { neutraliseText } from './neutralise.ts'
import { StepLogs, type StepLogWriter } from './step-log.ts'

/** The only writer to the log of the job. Everything goes through the redactor and is made harmless on its way. */
export interface Output {
  /** One or more lines that belong to no step. */
  info(text: string): void
  /** On a runner an annotation of the run. */
  warn(text: string): void
  error(text: string): void
  /** What was found in a file; on a runner an annotation of its line. */
  annotate(level: 'error' | 'warning' | 'notice', text: string, place: AnnotationPlace): void
  /** Shown where debug logging is on. */
  debug(text: string): void
  /** Tells the runner to hide a value in everything that is written from now on, line by line. */
  mask(value: string): void
  /** The log of one step; the output of steps that run at the same time does not mix. */
  openLog(stage: string, step: string, summary?: string): StepLogWriter
}

export interface AnnotationPlace {
  /** From the root of the checkout. */
  readonly file: string
  readonly line: number
  readonly endLine: number
  readonly column: number | undefined
  readonly title: string
}

export interface OutputOptions {
  /** Standard output. When its reader goes away, the rest is lost, and nothing else happens. */
  readonly stdout: Pick<NodeJS.WritableStream, 'write' | 'on'>
  readonly redactor: TextRedactor
  /** Whether a runner reads the log, which understands commands: GITHUB_ACTIONS is `true`. */
  readonly isRunner: boolean
  /** Where output waits that does not fit in memory. */
  readonly folder: string
}

/** Shorter lines are not hidden: that would hide ordinary text. Characters. */
const SHORTEST_MASK = 4

export function createOutput({ stdout, redactor, isRunner, folder }: OutputOptions): Output {
  let isOpen = true
  stdout.on('error', () => {
    isOpen = false
  })
  const write = (text: string) => {
    if (isOpen && text !== '') stdout.write(text)
  }
  /** Harmless first, and redacted last: what stood between the halves of a secret may be gone. */
  const clean = (text: string) => redactor.redact(neutraliseText(redactor.redact(text)))
  const lines = (text: string) => `${clean(text)}\n`
  const annotation = (name: 'error' | 'warning', label: string) => (text: string) =>
    isRunner ? renderCommand(name, clean(text)) : lines(`${label}: ${text}`)
  const renderWarning = annotation('warning', 'Warning')
  const renderError = annotation('error', 'Error')
  const logs = new StepLogs({
    redactor,
    write,
    folder,
    renderInfo: lines,
    renderWarning,
    renderStart: (title) => (isRunner ? renderCommand('group', clean(title)) : lines(`── ${title}`)),
    renderEnd: () => (isRunner ? renderCommand('endgroup') : ''),
  })
  return {
    info(text) {
      write(lines(text))
    },
    warn(text) {
      write(renderWarning(text))
    },
    error(text) {
      write(renderError(text))
    },
    annotate(level, text, { file, line, endLine, column, title }) {
      if (!isRunner) {
        write(lines(`${level}: ${file}:${line}: ${title}: ${text}`))
        return
      }
      const place = { file: clean(file), line: String(line), endLine: String(endLine) }
      const col = column === undefined ? {} : { col: String(column) }
      write(renderCommand(level, clean(text), { ...place, ...col, title: clean(title) }))
    },
    debug(text) {
      if (isRunner) write(renderCommand('debug', clean(text)))
    },
    mask(value) {
      if (!isRunner) return
      const parts = value.split(/[\r\n]+/).map((line) => line.trim())
      for (const part of new Set(parts.filter((line) => line.length >= SHORTEST_MASK))) {
        write(renderCommand('add-mask', part))
      }
    },
    openLog: (stage, step, summary) =>
      logs.open(summary === undefined ? `${stage}.${step}` : `${stage}.${step} — ${summary}`),
  }
}
