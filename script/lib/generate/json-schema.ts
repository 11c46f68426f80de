import { z } from 'zod'
import { configFile } from '../../../src/config/schema/config-file.ts'

/** The part of JSON Schema (draft 7) that zod writes for our schema. */
export interface JsonSchema {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly JsonSchema[]
  readonly items?: JsonSchema
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: unknown
}

/** The schema of `.github/stagegate.yml` for editors. What only code can check, such as real days, is not in it. */
export function configJsonSchema(): JsonSchema {
  return {
    ...{ $id: 'https://raw.githubusercontent.com/stagegate/stagegate/main/schema/stagegate.schema.json' },
    title: 'Stagegate configuration',
    ...z.toJSONSchema(configFile, { target: 'draft-7', io: 'input' }),
  } as JsonSchema
}
