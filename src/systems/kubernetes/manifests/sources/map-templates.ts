import type { Place } from '../parse-manifests.ts'

/**
 * Which template each line of a chart's rendering is from, by the comments `# Source: chart/templates/api.yaml` that Helm
 * writes before each object: `charts/api/templates/api.yaml (rendered, line 3)`, the line from that comment on. Pure.
 *
 * @param folder of the chart, as people read it; Helm writes the chart's name in its place
 */
export function mapTemplates(rendered: string, folder: string): Place {
  const starts: { readonly line: number; readonly template: string }[] = []
  rendered.split('\n').forEach((text, index) => {
    const template = /^# Source: [^/\s]+\/(\S+)$/.exec(text)?.[1]
    if (template !== undefined) starts.push({ line: index + 1, template })
  })
  return (line) => {
    const start = starts.findLast((each) => each.line <= line)
    if (start === undefined) return `${folder} (rendered, line ${line})`
    return `${folder}/${start.template} (rendered, line ${line - start.line})`
  }
}
