/** The builder that buildx uses, as `docker buildx inspect` describes it. */
export interface Builder {
  readonly name: string
  /** `docker`, `docker-container`, `remote`, `kubernetes`; empty when the engine does not answer. */
  readonly driver: string
  /** Of its first node: `running`, `inactive`. */
  readonly status: string
  readonly error: string | undefined
}

/** Reads the text of `docker buildx inspect`, which has no other form. Pure. */
export function parseBuilder(text: string): Builder {
  const first = (field: string): string =>
    new RegExp(`^${field}:[ \\t]*(.*)$`, 'm').exec(text)?.[1]?.trim() ?? ''
  const error = first('Error')
  return {
    name: first('Name'),
    driver: first('Driver'),
    status: first('Status'),
    error: error === '' ? undefined : error,
  }
}
