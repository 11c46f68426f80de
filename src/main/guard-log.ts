/** A writer to the log of the job, as a stream of the process is one. */
export type LogStream = Pick<NodeJS.WritableStream, 'write' | 'on'>

/** The process's own ways out, taken before anything else is loaded. */
const own = new WeakMap<object, LogStream>()

/** Told what others write, see `hearOthers`. Until then it is lost: no redactor knows its secrets yet. */
let hear: (text: string) => void = () => undefined

/**
 * Keeps standard output and standard error for our own writer. What else writes there (a library, Node's own warnings and
 * its debug log, which has the headers of requests) passes neither redactor nor neutraliser, and the runner would obey the
 * commands in it.
 */
export function guardLog(process: NodeJS.Process): void {
  const { stdout, stderr } = process
  const write = stdout.write.bind(stdout)
  own.set(process, { write, on: stdout.on.bind(stdout) } as LogStream)
  for (const stream of [stdout, stderr]) {
    stream.write = takeWrite
    // A log whose reader has gone is no reason to end; nor is it one to lose the exit code.
    stream.on('error', () => undefined)
  }
  // Without a listener of their own, Node writes warnings to standard error.
  process.removeAllListeners('warning')
  process.on('warning', ({ name, message }) => {
    hear(`${name}: ${message}`)
  })
}

/** Where our own writer writes. */
export function ownLog(process: NodeJS.Process): LogStream {
  return own.get(process) ?? process.stdout
}

/** From now on somebody hears what others would have written. */
export function hearOthers(listener: (text: string) => void): void {
  hear = listener
}

/** In the place of a stream's own `write`: everything was taken, as far as its caller is concerned. */
const takeWrite = (
  chunk: Uint8Array | string,
  encoding?: BufferEncoding | ((error?: Error | null) => void),
  callback?: (error?: Error | null) => void,
): boolean => {
  hear(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'))
  const done = typeof encoding === 'function' ? encoding : callback
  if (done !== undefined) queueMicrotask(done)
  return true
}
