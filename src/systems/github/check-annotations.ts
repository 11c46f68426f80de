import type { Api } from './api.ts'
import type { Annotation } from './github.ts'
import { readPages } from './read-pages.ts'
import { cut } from '../../text/index.ts'

export type ApiAnnotation = ReturnType<typeof toApiAnnotation>

/** Annotations as the API takes them, each once. */
export function toApiAnnotations(annotations: readonly Annotation[]): readonly ApiAnnotation[] {
  const distinct = new Map<string, ApiAnnotation>()
  for (const each of annotations) {
    const annotation = toApiAnnotation(each)
    distinct.set(keyOf(annotation), annotation)
  }
  return [...distinct.values()]
}

/** Those that a check run does not have yet, and how many it has that are no longer among them. */
export async function compareAnnotations(
  { rest, at }: Api,
  checkRunId: number,
  annotations: readonly ApiAnnotation[],
  signal: AbortSignal,
): Promise<{ readonly missing: readonly ApiAnnotation[]; readonly gone: number }> {
  const pages = readPages((page) =>
    rest.checks.listAnnotations({
      ...at,
      ...{ check_run_id: checkRunId, per_page: 100, page },
      request: { signal },
    }),
  )
  const known = new Set<string>()
  for await (const { data } of pages) for (const stored of data) known.add(keyOf(stored))
  const wanted = new Set(annotations.map(keyOf))
  return {
    missing: annotations.filter((annotation) => !known.has(keyOf(annotation))),
    gone: [...known].filter((key) => !wanted.has(key)).length,
  }
}

function toApiAnnotation(annotation: Annotation) {
  const oneLine = annotation.startLine === annotation.endLine
  const title = cut(annotation.title, 255)
  return {
    path: annotation.path,
    start_line: annotation.startLine,
    end_line: annotation.endLine,
    // GitHub refuses columns on an annotation of several lines.
    ...(oneLine && annotation.startColumn !== undefined ? { start_column: annotation.startColumn } : {}),
    annotation_level: annotation.level,
    title,
    message: cut(annotation.message, 4_000) || title,
  }
}

function keyOf(annotation: {
  readonly path: string
  readonly start_line: number
  readonly annotation_level: string | null
  readonly title: string | null
  readonly message: string | null
}): string {
  const { path, start_line, annotation_level, title, message } = annotation
  return JSON.stringify([path, start_line, annotation_level, title, message])
}
