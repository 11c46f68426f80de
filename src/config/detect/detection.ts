/** Something found in the workspace, and by what; or what was looked for in vain. */
export type Detection<Value> =
  | { readonly found: true; readonly value: Value; readonly by: string }
  | { readonly found: false; readonly lookedFor: string }

export function found<Value>(value: Value, by: string): Detection<Value> {
  return { found: true, value, by }
}

export function notFound(lookedFor: string): { readonly found: false; readonly lookedFor: string } {
  return { found: false, lookedFor }
}
