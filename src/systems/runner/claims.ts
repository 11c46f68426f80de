/**
 * What a JSON Web Token says, for people and for checks before it is sent. Its signature is not verified: that is up to
 * whom it is for. Undefined when it is no JSON Web Token (RFC 7519: three parts, base64url, the second a JSON object).
 */
export function decodeClaims(token: string): Readonly<Record<string, unknown>> | undefined {
  const parts = token.split('.')
  if (parts.length !== 3 || !parts.every((part) => /^[\w-]+$/.test(part))) return undefined
  try {
    const claims = JSON.parse(Buffer.from(parts[1] ?? '', 'base64url').toString('utf8')) as unknown
    if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) return undefined
    return claims as Record<string, unknown>
  } catch {
    return undefined
  }
}
