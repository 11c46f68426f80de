import { SaxesParser } from 'saxes'

import { MAX_DEPTH, MAX_TEXT, unreadableReport } from '../limits.ts'
import { decodeXml } from './decode-xml.ts'
import { cut } from '../../text/index.ts'

export type Attributes = Readonly<Record<string, string | undefined>>

/** What a report's parser is told, in the order of the document. Texts longer than 64 Ki characters come clipped. */
export interface XmlListener {
  open(name: string, attributes: Attributes): void
  text(text: string): void
  close(name: string): void
}

/** Characters that one text, comment or tag may have; saxes holds it as a whole. */
const MAX_TOKEN = 16 * 1024 * 1024
/** Violations of XML that writers of reports are known for, before we believe that it is not XML at all. */
const MAX_SLIPS = 10_000
const PIECE = 64 * 1024

const disallowed = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g

/**
 * Reads XML as it comes, in memory that does not grow with the file. Entities of a DOCTYPE are never expanded: an
 * internal subset is refused, an external one is not fetched. Real writers leave control characters, references to them
 * and `]]>` in texts (node:test does); these are taken as text.
 *
 * @throws StagegateError E_REPORT_UNREADABLE when it is not XML, has an internal subset, or is nested too deeply
 */
export async function readXml(
  chunks: AsyncIterable<Uint8Array>,
  source: string,
  listener: XmlListener,
): Promise<void> {
  const parser = new SaxesParser()
  let depth = 0
  let slips = 0
  let tokenStart = 0
  let written = 0
  const atToken = (): void => {
    tokenStart = written
  }
  const text = (value: string): void => {
    atToken()
    listener.text(cut(value, MAX_TEXT))
  }
  parser.on('error', (error) => {
    slips += 1
    const known = /malformed character entity|"]]>" is disallowed/.test(error.message)
    if (!known || slips > MAX_SLIPS) throw unreadableReport(source, `not valid XML: ${error.message}`, error)
  })
  parser.on('doctype', (doctype) => {
    atToken()
    if (doctype.includes('[')) throw unreadableReport(source, 'its DOCTYPE declares entities or elements')
  })
  parser.on('opentag', ({ name, attributes }) => {
    atToken()
    depth += 1
    if (depth > MAX_DEPTH) throw unreadableReport(source, `elements are nested deeper than ${MAX_DEPTH}`)
    listener.open(name, attributes)
  })
  parser.on('text', text)
  parser.on('cdata', text)
  parser.on('comment', atToken)
  parser.on('processinginstruction', atToken)
  parser.on('closetag', ({ name }) => {
    atToken()
    depth -= 1
    listener.close(name)
  })
  for await (const decoded of decodeXml(chunks, source)) {
    for (let start = 0; start < decoded.length; start += PIECE) {
      const piece = decoded.slice(start, start + PIECE)
      written += piece.length
      parser.write(piece.replace(disallowed, '\ufffd'))
      if (written - tokenStart > MAX_TOKEN) {
        throw unreadableReport(source, `one text is longer than ${MAX_TOKEN / 1024 / 1024} Mi characters`)
      }
    }
  }
  parser.close()
}
