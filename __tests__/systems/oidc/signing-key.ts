import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import {
  calculateJwkThumbprint,
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  SignJWT,
} from 'jose'

/** The issuer's key: it signs tokens, and shows its public half. */
export interface SigningKey {
  /** For the JWKS; the private parts are not in it. */
  readonly publicJwk: JWK
  sign(claims: Record<string, unknown>): Promise<string>
}

/** Reads the key from a file, or makes one (RS256, 2048 bits) and leaves it there with mode 0600. */
export async function readSigningKey(file: string | undefined): Promise<SigningKey> {
  const jwk = file !== undefined && existsSync(file) ? readJwk(file) : await createJwk()
  if (file !== undefined && !existsSync(file)) writeFileSync(file, JSON.stringify(jwk), { mode: 0o600 })
  const key = (await importJWK(jwk, 'RS256')) as CryptoKey
  const kid = await calculateJwkThumbprint(jwk)
  return {
    publicJwk: { kty: 'RSA', use: 'sig', alg: 'RS256', kid, ...pick(jwk, 'n'), ...pick(jwk, 'e') },
    sign: (claims) => new SignJWT(claims).setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid }).sign(key),
  }
}

function readJwk(file: string): JWK {
  return JSON.parse(readFileSync(file, 'utf8')) as JWK
}

async function createJwk(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  return exportJWK(privateKey)
}

function pick(jwk: JWK, name: 'n' | 'e'): JWK {
  const value = jwk[name]
  return value === undefined ? {} : { [name]: value }
}
