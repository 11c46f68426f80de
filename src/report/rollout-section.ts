import type { StageResult } from '../pipeline/index.ts'
import { codeBlock, codeSpan, escapeInline } from './escape-markdown.ts'
import { evidenceOf, type ReportedEvidence } from './kept.ts'

type Pod = ReportedEvidence['pods'][number]
type Container = Pod['containers'][number]

/** Why objects of a rollout failed: the cause, what to do, and behind a fold what the cluster and the logs say. */
export function renderRollout(stages: readonly StageResult[]): string {
  const evidence = evidenceOf(stages)
  if (evidence.length === 0) return ''
  return ['### Why the rollout failed', ...evidence.map(renderObject)].join('\n\n')
}

function renderObject(evidence: ReportedEvidence): string {
  const { object, cause, next, status, conditions, pods, events, diff } = evidence
  const facts = [
    status,
    ...conditions.map((each) => `condition ${each}`),
    ...events.map((each) => `event ${each}`),
    ...pods.flatMap(renderPod),
  ]
  return [
    `${codeSpan(object)}: ${escapeInline(cause)}.`,
    `Next: ${escapeInline(next)}`,
    fold('What the cluster says', codeBlock(facts.join('\n'))),
    ...(diff.length === 0 ? [] : [fold('What this run changed', codeBlock(diff.join('\n'), 'diff'))]),
    ...pods.flatMap((pod) => pod.containers.flatMap((container) => renderLogs(pod, container))),
  ].join('\n\n')
}

function renderPod({ name, node, phase, conditions, containers }: Pod): readonly string[] {
  return [
    `pod ${name}: ${phase}${node === '' ? '' : ` on ${node}`}`,
    ...conditions.map((each) => `  ${each}`),
    ...containers.flatMap((container) => [
      `  ${container.init ? 'init container' : 'container'} ${container.name}: ${container.state}`,
      ...container.probes.map((probe) => `    ${probe}`),
    ]),
  ]
}

function renderLogs({ name }: Pod, container: Container): readonly string[] {
  const logs = [
    ['Log', container.log],
    ['Log of the run before', container.previousLog],
  ] as const
  return logs.flatMap(([title, lines]) =>
    lines.length === 0
      ? []
      : [fold(`${title}: pod ${name}, container ${container.name}`, codeBlock(lines.join('\n')))],
  )
}

function fold(title: string, content: string): string {
  return `<details><summary>${escapeInline(title)}</summary>\n\n${content}\n\n</details>`
}
