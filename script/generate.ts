// Writes what is generated from the code: the schema for editors, the page of errors, the reference of the configuration,
// the README's tables and the action's second place. With --check it writes nothing, and fails when something is not as it would write it.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { betweenMarkers } from './lib/generate/between-markers.ts'
import { configurationReference } from './lib/generate/configuration-reference.ts'
import { errorsPage } from './lib/generate/errors-page.ts'
import { inputsTables, readActionMetadata } from './lib/generate/inputs-tables.ts'
import { configJsonSchema } from './lib/generate/json-schema.ts'
import { pipelineAction } from './lib/generate/pipeline-action.ts'

const root = join(import.meta.dirname, '..')
const check = process.argv.includes('--check')

const schema = configJsonSchema()
const stale: string[] = []

await write('schema/stagegate.schema.json', JSON.stringify(schema))
await write('docs/errors.md', errorsPage())
await writePart('docs/configuration.md', 'reference', configurationReference(schema))
const action = read('action.yml') ?? ''
await writePart('README.md', 'inputs', inputsTables(readActionMetadata(action)))
await write('pipeline/action.yml', pipelineAction(action))

if (stale.length > 0) {
  console.error(`Not as generated: ${stale.join(', ')}. Next: npm run generate, and commit what it writes.`)
  process.exitCode = 1
}

/** Replaces the part of a page that is generated; the rest is written by hand. */
async function writePart(path: string, name: string, content: string): Promise<void> {
  const text = betweenMarkers(read(path) ?? '', name, content)
  if (text === undefined)
    console.warn(`${path} has no markers <!-- ${name}:start --> and <!-- ${name}:end -->.`)
  else await write(path, text)
}

async function write(path: string, text: string): Promise<void> {
  const options = await resolveConfig(join(root, 'any.md'))
  const formatted = await format(text, { ...options, filepath: path })
  if (read(path) === formatted) return
  if (check) stale.push(path)
  else {
    mkdirSync(join(root, dirname(path)), { recursive: true })
    writeFileSync(join(root, path), formatted)
    console.log(`wrote ${path}`)
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(join(root, path), 'utf8')
  } catch {
    return undefined
  }
}
