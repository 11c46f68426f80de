import type { ContainerEvidence, RolloutEvidence } from '../rollout-contract.ts'

/** Of all logs together; a job summary has 1 MiB. Bytes. */
const MAX_BYTES = 192 * 1024

/** Evidence whose logs fit in a report: what comes first is kept whole, of what no longer fits the last lines. Pure. */
export function boundEvidence(
  evidence: readonly RolloutEvidence[],
  maxBytes = MAX_BYTES,
): readonly RolloutEvidence[] {
  let left = maxBytes
  const cut = (lines: readonly string[]): readonly string[] => {
    const kept: string[] = []
    for (const line of lines.toReversed()) {
      const bytes = Buffer.byteLength(line) + 1
      if (bytes > left) break
      left -= bytes
      kept.unshift(line)
    }
    return kept
  }
  const cutLogs = (container: ContainerEvidence): ContainerEvidence => ({
    ...container,
    log: cut(container.log),
    previousLog: cut(container.previousLog),
  })
  return evidence.map((each) => ({
    ...each,
    pods: each.pods.map((pod) => ({ ...pod, containers: pod.containers.map(cutLogs) })),
  }))
}
