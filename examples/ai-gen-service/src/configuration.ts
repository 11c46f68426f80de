/** Where generations are kept. */
export type StoreConfiguration =
  | { readonly kind: 'memory' }
  | { readonly kind: 'postgres'; readonly url: string }
  | {
      readonly kind: 'postgres'
      readonly host: string
      readonly port: number
      readonly database: string
      readonly user: string
      readonly password: string
    }

export interface Configuration {
  /** TCP port, 0 for any free one. */
  readonly port: number
  /** The address to listen on. */
  readonly host: string
  readonly store: StoreConfiguration
  /** The bearer token that `/v1/*` requires; undefined means that everyone may call it. */
  readonly apiToken: string | undefined
  /** Path of the file of blocked words; undefined means that nothing is blocked. */
  readonly policyFile: string | undefined
  /** The commit that this build was made from, for `/healthz`. */
  readonly commit: string | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads the service's configuration from environment variables (the README lists them). An empty value counts as
 * absent, so that an optional key of a ConfigMap can be left empty.
 *
 * @throws Error naming every variable that is missing or wrong
 */
export function readConfiguration(environment: Environment): Configuration {
  const errors: string[] = []
  const optional = (name: string): string | undefined => environment[name]?.trim() || undefined
  const required = (name: string): string => {
    const value = optional(name)
    if (value === undefined) errors.push(`${name} is not set`)
    return value ?? ''
  }
  const port = (name: string, fallback: number): number => {
    const text = optional(name) ?? String(fallback)
    const value = Number(text)
    if (!/^\d+$/.test(text) || value > 65_535)
      errors.push(`${name} must be a port from 0 to 65535, not ${text}`)
    return value
  }
  const store = (): StoreConfiguration => {
    const kind = optional('STORE') ?? 'postgres'
    if (kind === 'memory') return { kind }
    if (kind !== 'postgres') errors.push(`STORE must be postgres or memory, not ${kind}`)
    const url = optional('DATABASE_URL')
    if (url !== undefined) return { kind: 'postgres', url }
    return {
      kind: 'postgres',
      host: required('DB_HOST'),
      port: port('DB_PORT', 5432),
      database: required('DB_NAME'),
      user: required('DB_USER'),
      password: required('DB_PASSWORD'),
    }
  }

  const configuration = {
    port: port('PORT', 8080),
    host: optional('HOST') ?? '0.0.0.0',
    store: store(),
    apiToken: optional('API_TOKEN'),
    policyFile: optional('POLICY_FILE'),
    commit: optional('COMMIT'),
  }
  if (errors.length > 0) throw new Error(`the configuration is not complete: ${errors.join('; ')}`)
  return configuration
}
