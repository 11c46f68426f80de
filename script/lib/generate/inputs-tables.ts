import { z } from 'zod'
import { parse } from 'yaml'

const actionMetadata = z.object({
  inputs: z.record(z.string(), z.object({ description: z.string(), default: z.string() })),
  outputs: z.record(z.string(), z.object({ description: z.string() })),
})

export type ActionMetadata = z.infer<typeof actionMetadata>

/** Inputs and outputs of action.yml. @throws Error when one has no description or an input no default */
export function readActionMetadata(text: string): ActionMetadata {
  return actionMetadata.parse(parse(text))
}

/** The tables of inputs and outputs for the README. */
export function inputsTables({ inputs, outputs }: ActionMetadata): string {
  const inputRows = Object.entries(inputs).map(([name, input]) =>
    row(`\`${name}\``, input.default === '' ? '' : `\`${input.default}\``, input.description),
  )
  const outputRows = Object.entries(outputs).map(([name, output]) => row(`\`${name}\``, output.description))
  return [
    '| input | default | |',
    '| --- | --- | --- |',
    ...inputRows,
    '',
    '| output | |',
    '| --- | --- |',
    ...outputRows,
    '',
  ].join('\n')
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').trim()).join(' | ')} |`
}
