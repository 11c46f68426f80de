const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/**
 * How much earlier one time is than another: `3 d 4 h`, `2 h 5 m`, `12 m`, `less than a minute`. Undefined where one is
 * not known, or where it is not the earlier one: the times of commits are set by whoever makes them.
 *
 * @param earlier ISO 8601
 * @param later ISO 8601
 */
export function renderAge(earlier: string, later: string | undefined): string | undefined {
  const difference = Date.parse(later ?? '') - Date.parse(earlier)
  if (Number.isNaN(difference) || difference < 0) return undefined
  const days = Math.floor(difference / DAY)
  const hours = Math.floor((difference % DAY) / HOUR)
  const minutes = Math.floor((difference % HOUR) / MINUTE)
  if (days > 0) return hours > 0 ? `${days} d ${hours} h` : `${days} d`
  if (hours > 0) return minutes > 0 ? `${hours} h ${minutes} m` : `${hours} h`
  return minutes > 0 ? `${minutes} m` : 'less than a minute'
}
