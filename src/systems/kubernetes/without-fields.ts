/** A copy of a mapping without some of its fields. */
export function withoutFields<T extends object, K extends PropertyKey>(
  value: T,
  fields: readonly K[],
): Omit<T, K> {
  const kept = Object.entries(value).filter(([field]) => !fields.includes(field as K))
  return Object.fromEntries(kept) as Omit<T, K>
}
