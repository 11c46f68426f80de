import { readFileSync, writeFileSync } from 'node:fs'
import { parseDocument } from 'yaml'

export const stageNames = ['build', 'test', 'scan', 'image', 'deploy'] as const
export type StageName = (typeof stageNames)[number]

/** Lets the sample's workflow run the stages up to one of them, by the action's own input `stages`. */
export function stopAfter(workflowFile: string, last: StageName): void {
  const document = parseDocument(readFileSync(workflowFile, 'utf8'))
  const steps = (document.toJS() as { jobs: { staging: { steps: { uses?: string }[] } } }).jobs.staging.steps
  const index = steps.findIndex((step) => step.uses?.startsWith('stagegate/stagegate@') === true)
  const stages = stageNames.slice(0, stageNames.indexOf(last) + 1).join(', ')
  document.setIn(['jobs', 'staging', 'steps', index, 'with', 'stages'], stages)
  writeFileSync(workflowFile, document.toString({ lineWidth: 0 }))
}
