/** The release, as package.json has it. */
export const version = '0.1.0'

/** Sent with every request, so that an operator can see who asks. */
export const userAgent = `stagegate/${version}`
