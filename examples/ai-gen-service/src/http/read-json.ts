import type { IncomingMessage } from 'node:http'
import { Problem } from './problem.ts'

const mostBytes = 64 * 1024

/**
 * Reads the body of a request as JSON.
 *
 * @throws Problem 415 unless it is application/json in UTF-8, 413 above 64 KiB, 400 unless it is JSON
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const contentType = request.headers['content-type'] ?? ''
  if (!/^application\/json *(; *charset="?utf-8"? *)?$/i.test(contentType)) {
    throw new Problem(415, 'Unsupported Media Type', 'the body must be application/json in UTF-8', {
      headers: { 'Accept-Post': 'application/json' },
    })
  }
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > mostBytes) {
      throw new Problem(413, 'Content Too Large', `the body is larger than ${mostBytes} bytes`, {
        headers: { Connection: 'close' },
      })
    }
    chunks.push(chunk)
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)))
  } catch {
    throw new Problem(400, 'Bad Request', 'the body is not JSON in UTF-8')
  }
}
