import type { ErrorCode } from '../../errors/index.ts'
import { StagegateError } from '../../errors/index.ts'
import type { Detected } from '../detect/detect.ts'
import type { LoadedConfigFile } from '../load/load-config-file.ts'
import { renderPath, type ValuePath } from '../load/problem.ts'
import { parseDuration } from '../parse-duration.ts'
import type { ConfigFile } from '../schema/config-file.ts'
import type { Trigger } from '../trigger.ts'

/** The inputs that the configuration depends on. Of credentials only whether they are there is looked at. */
export interface ConfigInputs {
  readonly stages: readonly string[] | undefined
  readonly from: string
  readonly environment: string
  readonly version: string | undefined
  readonly image: string | undefined
  readonly namespace: string | undefined
  readonly rollback: 'auto' | 'never'
  readonly allowOlder: boolean
  readonly statusContext: string
  readonly environmentUrl: string | undefined
  readonly failOn: 'critical' | 'high' | 'medium' | 'low' | 'info' | undefined
  readonly vault: object | undefined
  readonly cluster: object | undefined
  /** Whether Vault is named, and only the token is missing, which is a secret. */
  readonly awaitsVaultToken?: boolean
  /** Set where this call gets no secret of the environment, though the call that deploys does. */
  readonly outsideEnvironment?: boolean
}

interface ResolutionProblem {
  readonly code: ErrorCode
  readonly text: string
}

/** What every part of the configuration is resolved from, and what is found to be wrong on the way. */
export class Resolution {
  readonly file: LoadedConfigFile | undefined
  readonly inputs: ConfigInputs
  readonly trigger: Trigger
  readonly detected: Detected
  /** Absolute. */
  readonly workspace: string
  readonly #problems: ResolutionProblem[] = []

  constructor(from: Pick<Resolution, 'file' | 'inputs' | 'trigger' | 'detected' | 'workspace'>) {
    this.file = from.file
    this.inputs = from.inputs
    this.trigger = from.trigger
    this.detected = from.detected
    this.workspace = from.workspace
  }

  /** The values of the file; without a file nothing is set. */
  get values(): ConfigFile {
    return this.file?.values ?? {}
  }

  /** Whether this call runs the stage. */
  asked(stage: string): boolean {
    return this.inputs.stages?.includes(stage) ?? true
  }

  /** `.github/stagegate.yml:12` */
  source(...path: ValuePath): string {
    return this.file?.sourceOf(path) ?? 'default'
  }

  refuse(path: ValuePath, text: string, code: ErrorCode = 'E_CONFIG_INVALID'): void {
    this.#problems.push({ code, text: `${this.source(...path)}: ${renderPath(path)} ${text}` })
  }

  refuseInput(name: string, text: string, code: ErrorCode = 'E_INPUT_INVALID'): void {
    this.#problems.push({ code, text: `input ${name}: ${text}` })
  }

  /** @throws StagegateError with every problem; its code is theirs when they share one */
  throwProblems(): void {
    const [first] = this.#problems
    if (first === undefined) return
    const count = this.#problems.length
    const same = this.#problems.every((each) => each.code === first.code)
    throw new StagegateError(same ? first.code : 'E_CONFIG_INVALID', {
      message: `The configuration has ${count} ${count === 1 ? 'error' : 'errors'}.`,
      evidence: this.#problems.map((each) => each.text),
      state: 'Nothing was started.',
    })
  }
}

/** Milliseconds of a duration that the schema has checked, or of a default. */
export function milliseconds(configured: string | undefined, fallback: string): number {
  const parsed = parseDuration(configured ?? fallback)
  if (parsed === undefined) throw new Error(`not a duration: ${configured ?? fallback}`)
  return parsed
}
