import { assertBytes, assertCharacters } from '../limits.ts'
import { invalidField } from '../refusal.ts'
import type { Annotation } from '../repository.ts'

export interface Output {
  readonly title?: string
  readonly summary: string
  readonly text?: string
  readonly annotations?: readonly Annotation[]
}

/** Limits of the checks API that the description states in words only, or counts in characters where GitHub counts bytes. */
const bytesOfText = 65_535
const bytesOfAnnotation = 64 * 1024
const charactersOfTitle = 255

/** Refuses an output that is beyond GitHub's limits. */
export function assertOutputWithinLimits(output: Output): void {
  for (const field of ['summary', 'text'] as const) {
    assertBytes('CheckRun', field, output[field], bytesOfText)
  }
  for (const annotation of output.annotations ?? []) assertAnnotation(annotation)
}

function assertAnnotation(annotation: Annotation): void {
  for (const field of ['message', 'raw_details'] as const) {
    assertBytes('CheckAnnotation', field, annotation[field], bytesOfAnnotation)
  }
  assertCharacters('CheckAnnotation', 'title', annotation.title, charactersOfTitle)
  if (annotation.start_line < 1 || annotation.end_line < annotation.start_line) {
    throw invalidField(
      'CheckAnnotation',
      'end_line',
      'end_line must not be before start_line, which starts at 1',
    )
  }
  const columns = annotation.start_column !== undefined || annotation.end_column !== undefined
  if (columns && annotation.start_line !== annotation.end_line) {
    const rule = 'start_column and end_column are only allowed on annotations of one line'
    throw invalidField('CheckAnnotation', 'start_column', rule)
  }
}
