import type { IncomingMessage } from 'node:http'

import { decodeBody } from './decode-body.ts'
import { explainError } from './explain-error.ts'
import { HttpFailure, type Subject } from './http-failure.ts'
import { openRedaction } from '../../text/index.ts'

/** Of an error's body, this much is enough to say what is wrong. */
const MAX_ERROR_BYTES = 64 * 1024

/**
 * The whole body of an answer, unpacked. A body that ends early is an error, never a short body.
 *
 * @throws HttpFailure, or the signal's reason
 */
export async function readBody(
  incoming: IncomingMessage,
  subject: Subject,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const isError = (incoming.statusCode ?? 0) >= 300
  const limit = isError ? Math.min(maxBytes, MAX_ERROR_BYTES) : maxBytes
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of readChunks(incoming, subject, signal)) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes <= limit) continue
    if (isError) return withoutBrokenEnd(Buffer.concat(chunks), limit)
    throw tooLarge(subject, `the body is larger than ${limit} bytes`)
  }
  const decoded = await decodeBody(Buffer.concat(chunks), incoming.headers['content-encoding'], limit)
  if ('bytes' in decoded) return decoded.bytes
  if (isError) return new Uint8Array()
  throw new HttpFailure(subject, decoded.kind, { summary: decoded.summary, reached: true })
}

/**
 * The chunks of a body as they arrive; leaving the loop early closes the connection.
 *
 * @throws HttpFailure kind `cut` when the body ends before its announced end; the signal's reason
 */
export async function* readChunks(
  incoming: IncomingMessage,
  subject: Subject,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  try {
    for await (const chunk of incoming) yield chunk as Uint8Array
  } catch (error) {
    if (signal.aborted) throw signal.reason
    if (error instanceof HttpFailure) throw error
    const { kind, ...details } = explainError(error, 'reading')
    throw new HttpFailure(subject, kind, details)
  }
  if (!incoming.complete) {
    throw new HttpFailure(subject, 'cut', { summary: 'the body was cut', reached: true })
  }
}

/** What is left out may be the second half of a secret: what may be the first half of one goes too. */
function withoutBrokenEnd(bytes: Buffer, limit: number): Uint8Array {
  // eslint-disable-next-line local/no-bare-cut -- the redaction keeps back what may be half a secret
  return openRedaction().push(bytes.subarray(0, limit))
}

function tooLarge(subject: Subject, summary: string): HttpFailure {
  return new HttpFailure(subject, 'too-large', { summary, reached: true })
}
