import type { Config } from '../config/config.ts'
import type { PipelineResult } from '../pipeline/index.ts'
import type { Conclusion } from '../report/conclusion/conclude.ts'
import { placeOf } from '../report/run-report.ts'
import type { Outputs } from '../stages/outputs.ts'
import type { Console } from './console.ts'
import { setOutput } from './set-output.ts'

/** The outputs of action.yml. Each is as it is or not there: a digest, an address or a path that was changed is wrong. */
export async function setOutputs(
  console: Pick<Console, 'runnerFiles' | 'holdsSecret' | 'warn'>,
  config: Config,
  result: PipelineResult,
  { result: concluded, failure }: Pick<Conclusion, 'result' | 'failure'>,
): Promise<void> {
  const outputOf = <Id extends keyof Outputs>(id: Id): Outputs[Id] | undefined => {
    const found = result.stages.find((stage) => stage.id === id)?.result
    return found?.status === 'success' ? (found.output as Outputs[Id]) : undefined
  }
  const image = outputOf('image')
  const values = {
    result: concluded,
    'failed-stage': failure?.stage ?? '',
    'failed-step': failure === undefined ? '' : placeOf(failure),
    image: image === undefined ? '' : `${image.repository}@${image.digest}`,
    'image-digest': image?.digest ?? '',
    'image-tags': image?.tags.join('\n') ?? '',
    'environment-url': (config.deploy.configured ? config.deploy.environmentUrl : undefined) ?? '',
    report: outputOf('report')?.file ?? '',
    'resumed-from': result.stages.find((stage) => stage.resumedFrom !== undefined)?.resumedFrom ?? '',
  }
  for (const [name, value] of Object.entries(values)) await setOutput(console, name, value)
}
