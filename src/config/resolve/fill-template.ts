/** What stands for `{version}`, `{sha}` and `{environment}`. */
export interface TemplateValues {
  readonly version: string
  readonly sha: string
  readonly environment: string
}

/** Fills in what is known now; any other brace stays, such as `{environment-url}`, which the smoke test fills in. */
export function fillTemplate(text: string, values: TemplateValues): string {
  return text.replaceAll(/\{(version|sha|environment)\}/g, (_, name: keyof TemplateValues) => values[name])
}

/** The same in every text of a value, however deep; keys stay as they are. */
export function fillTemplates(value: unknown, values: TemplateValues): unknown {
  if (typeof value === 'string') return fillTemplate(value, values)
  if (Array.isArray(value)) return value.map((each) => fillTemplates(each, values))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fillTemplates(each, values)]))
}
