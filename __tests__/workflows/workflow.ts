import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

export const root = join(import.meta.dirname, '..', '..')

/** A workflow's file, as far as its contract is looked at. */
export interface Workflow {
  readonly name: string
  readonly on: {
    readonly workflow_call?: {
      readonly inputs?: Readonly<Record<string, { description?: string; type?: string; default?: unknown }>>
      readonly secrets?: Readonly<Record<string, { description?: string; required?: boolean }>>
      readonly outputs?: Readonly<Record<string, { description?: string; value: string }>>
    }
  }
  readonly permissions: unknown
  readonly jobs: Readonly<Record<string, WorkflowJob>>
}

export interface WorkflowJob {
  readonly name?: string
  readonly needs?: string | readonly string[]
  readonly if?: string
  readonly uses?: string
  /** Of a call of a reusable workflow. */
  readonly with?: Readonly<Record<string, unknown>>
  readonly secrets?: Readonly<Record<string, string>>
  readonly 'runs-on'?: string
  readonly environment?: { readonly name: string; readonly deployment?: boolean }
  readonly concurrency?: Readonly<Record<string, unknown>>
  readonly permissions?: Readonly<Record<string, string>>
  readonly strategy?: { readonly 'fail-fast'?: boolean; readonly matrix: Readonly<Record<string, string>> }
  readonly outputs?: Readonly<Record<string, string>>
  readonly steps?: readonly WorkflowStep[]
}

export interface WorkflowStep {
  readonly id?: string
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
}

export function readWorkflow(path: string): Workflow {
  return parse(readFileSync(join(root, path), 'utf8')) as Workflow
}

export function needsOf({ needs }: WorkflowJob): readonly string[] {
  return needs === undefined ? [] : typeof needs === 'string' ? [needs] : needs
}
