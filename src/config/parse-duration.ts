const units = { h: 3_600_000, m: 60_000, s: 1_000 } as const

/** What a duration may look like, for messages. */
export const DURATION_FORM = 'a duration such as 90s, 5m or 1h30m, of at most 120h'

const LONGEST = 120 * units.h

/** The milliseconds of a duration such as `90s`, `5m` or `1h30m`; undefined when it is none, is zero, or over 120 h. */
export function parseDuration(text: string): number | undefined {
  const match = /^(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?$/.exec(text)
  if (match === null) return undefined
  const [, hours = '0', minutes = '0', seconds = '0'] = match
  const milliseconds = Number(hours) * units.h + Number(minutes) * units.m + Number(seconds) * units.s
  return milliseconds > 0 && milliseconds <= LONGEST ? milliseconds : undefined
}
