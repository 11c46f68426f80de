import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'
import { type Json, referencedSchemas, schemaBase, toJsonSchema } from './json-schema.ts'
import { type PathMatch, PathTable } from './path-table.ts'

/** A parameter of an operation, as the description has it. */
export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly schema: Json
  /** Octokit's extension: the value of this path parameter may contain slashes. */
  readonly 'x-multi-segment'?: boolean
}

/** One operation of the official description, e.g. `checks/create`. */
export interface Operation {
  readonly id: string
  readonly method: string
  readonly documentation: string
  readonly parameters: readonly Parameter[]
  readonly body: { readonly required: boolean; readonly schema: Json } | undefined
  readonly responses: Readonly<Record<string, Json>>
}

interface Document {
  readonly paths: Record<string, Record<string, Json>>
  readonly components: Record<'schemas' | 'parameters' | 'responses', Record<string, Json>>
}

/**
 * GitHub's official OpenAPI description (npm `@octokit/openapi`), ready to validate. The form with references is
 * read, not the dereferenced one: 13 MB parse in a tenth of a second where 73 MB take half of one, and every
 * component schema is compiled once however many operations use it. A validator is compiled when it is first asked.
 */
export class Description {
  readonly #document: Document
  readonly #table: PathTable<Operation>
  readonly #ajv: Ajv
  readonly #validators = new Map<string, ValidateFunction>()
  readonly #registered = new Set<string>()

  constructor(document: Document) {
    this.#document = document
    this.#table = new PathTable()
    // Rules are the description's, not the validator's taste: not strict, and patterns as JavaScript writes them.
    this.#ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false, logger: false })
    formats.default(this.#ajv)
    for (const [path, methods] of Object.entries(document.paths)) this.#addPath(path, methods)
  }

  /** The operation that a request is for, with its path's parameters decoded; undefined for an unknown route. */
  match(method: string, path: string): PathMatch<Operation> | undefined {
    return this.#table.match(method, path)
  }

  /** What is wrong with a request's body: one line for each problem, none when it is as described. */
  bodyProblems(operation: Operation, body: unknown): string[] {
    if (operation.body === undefined) return body === undefined ? [] : ['the operation takes no body']
    if (body === undefined) return operation.body.required ? ['the body is missing'] : []
    return this.#problems(`${operation.id} body`, operation.body.schema, body)
  }

  /** What is wrong with the value of a parameter; `value` is already of the parameter's type. */
  parameterProblems(operation: Operation, parameter: Parameter, value: unknown): string[] {
    return this.#problems(`${operation.id} ${parameter.in} ${parameter.name}`, parameter.schema, value)
  }

  /**
   * What is wrong with an answer. An error status that the operation does not list (401, 422, 5xx are often left out)
   * is held against GitHub's common error; a success status that is not listed is a problem.
   */
  responseProblems(
    operation: Operation,
    status: number,
    mediaType: string | undefined,
    body: unknown,
  ): string[] {
    const response = this.#response(operation, status)
    if (response === undefined) {
      if (status < 400) return [`status ${status} is not described`]
      return this.#problems('basic-error', this.#document.components.schemas['basic-error'] ?? {}, body)
    }
    const content = response.content as Record<string, { schema?: Json }> | undefined
    if (content === undefined) return []
    if (mediaType === undefined) return [`status ${status} needs a body`]
    const described = content[mediaType]
    if (described?.schema === undefined)
      return [`media type ${mediaType} is not described for status ${status}`]
    return this.#problems(`${operation.id} ${status} ${mediaType}`, described.schema, body)
  }

  #response(operation: Operation, status: number): Json | undefined {
    const response = operation.responses[String(status)]
    const reference = response?.$ref
    return typeof reference === 'string'
      ? this.#document.components.responses[reference.slice(reference.lastIndexOf('/') + 1)]
      : response
  }

  #problems(key: string, schema: Json, value: unknown): string[] {
    let validate = this.#validators.get(key)
    if (validate === undefined) {
      this.#register(schema)
      validate = this.#ajv.compile(toJsonSchema(schema))
      this.#validators.set(key, validate)
    }
    return validate(value) ? [] : (validate.errors ?? []).map(renderProblem)
  }

  /** Makes every component schema that `schema` can reach known to the validator. */
  #register(schema: Json): void {
    for (const name of referencedSchemas(schema)) {
      if (this.#registered.has(name)) continue
      this.#registered.add(name)
      const component = this.#document.components.schemas[name]
      if (component === undefined) throw new Error(`The description has no schema ${name}`)
      this.#ajv.addSchema({ ...toJsonSchema(component), $id: schemaBase + name })
      this.#register(component)
    }
  }

  #addPath(path: string, methods: Record<string, Json>): void {
    // The older spelling of compare shares its route with {basehead}.
    if (path.includes('{base}...{head}')) return
    for (const [method, item] of Object.entries(methods)) {
      if (typeof item.operationId !== 'string') continue
      const operation = this.#readOperation(method.toUpperCase(), item, item.operationId)
      const multiple = operation.parameters
        .filter((parameter) => parameter['x-multi-segment'])
        .map(({ name }) => name)
      this.#table.add(operation.method, path, multiple, operation)
      // The root folder has no path: clients leave out the slash before it too.
      if (path.endsWith('/{path}'))
        this.#table.add(operation.method, path.slice(0, -'/{path}'.length), [], operation)
    }
  }

  #readOperation(method: string, item: Json, id: string): Operation {
    const parameters = ((item.parameters ?? []) as Json[]).map((parameter) => {
      const reference = parameter.$ref
      if (typeof reference !== 'string') return parameter as unknown as Parameter
      const name = reference.slice(reference.lastIndexOf('/') + 1)
      return this.#document.components.parameters[name] as unknown as Parameter
    })
    const requestBody = item.requestBody as { required?: boolean; content: Json } | undefined
    const json = requestBody?.content['application/json'] as { schema: Json } | undefined
    return {
      id,
      method,
      documentation:
        (item.externalDocs as { url?: string } | undefined)?.url ?? 'https://docs.github.com/rest',
      parameters,
      body: json && { required: requestBody?.required ?? false, schema: json.schema },
      responses: item.responses as Record<string, Json>,
    }
  }
}

let loaded: Description | undefined

/** Reads the description from the installed package, once in a process. */
export function loadDescription(): Description {
  if (loaded === undefined) {
    const file = createRequire(import.meta.url).resolve('@octokit/openapi/generated/api.github.com.json')
    loaded = new Description(JSON.parse(readFileSync(file, 'utf8')) as Document)
  }
  return loaded
}

function renderProblem(error: ErrorObject): string {
  const where = error.instancePath === '' ? 'the value' : error.instancePath
  const allowed = (error.params as { allowedValues?: unknown[] }).allowedValues
  return `${where} ${error.message ?? error.keyword}${allowed === undefined ? '' : ` (${allowed.join(', ')})`}`
}
