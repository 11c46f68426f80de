import { X509Certificate } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './command.ts'

/** A certificate with its key, as PEM files. */
export interface Certificate {
  readonly certificate: string
  readonly key: string
}

export interface CertificateRequest {
  readonly folder: string
  readonly name: string
  /** Distinguished name as openssl writes it, `/O=system:nodes/CN=system:node:node1`. */
  readonly subject: string
  /** `DNS:localhost`, `IP:127.0.0.1` … */
  readonly alternativeNames?: readonly string[]
}

const lifetimeDays = 30
const renewBefore = 24 * 3600 * 1000

/** A self-signed authority; the one already there is kept until its last day. */
export async function ensureAuthority(
  folder: string,
  name: string,
  commonName: string,
): Promise<Certificate> {
  const pair = { certificate: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) }
  if (isFresh(pair)) return pair
  mkdirSync(folder, { recursive: true })
  await generateKey(pair.key)
  await run([
    ...(['openssl', 'req', '-x509', '-new', '-key', pair.key, '-subj', `/CN=${commonName}`] as const),
    ...['-days', String(lifetimeDays), '-out', pair.certificate],
    ...['-addext', 'keyUsage=critical,keyCertSign,cRLSign,digitalSignature'],
  ])
  return pair
}

/** A certificate for server and client use, signed by `authority`; kept as long as it is fresh and of that authority. */
export async function ensureCertificate(
  authority: Certificate,
  request: CertificateRequest,
): Promise<Certificate> {
  const pair = {
    certificate: join(request.folder, `${request.name}.crt`),
    key: join(request.folder, `${request.name}.key`),
  }
  if (isFresh(pair, authority) && isFor(pair, request)) return pair
  mkdirSync(request.folder, { recursive: true })
  await generateKey(pair.key)
  const signingRequest = join(request.folder, `${request.name}.csr`)
  const extensions = join(request.folder, `${request.name}.ext`)
  const names = request.alternativeNames ?? []
  writeFileSync(
    extensions,
    [
      'basicConstraints=critical,CA:FALSE',
      'keyUsage=critical,digitalSignature,keyEncipherment',
      'extendedKeyUsage=serverAuth,clientAuth',
      ...(names.length === 0 ? [] : [`subjectAltName=${names.join(',')}`]),
    ].join('\n'),
  )
  await run(['openssl', 'req', '-new', '-key', pair.key, '-subj', request.subject, '-out', signingRequest])
  await run([
    ...(['openssl', 'x509', '-req', '-in', signingRequest, '-CA', authority.certificate] as const),
    ...['-CAkey', authority.key, '-CAcreateserial', '-days', String(lifetimeDays)],
    ...['-extfile', extensions, '-out', pair.certificate],
  ])
  rmSync(signingRequest)
  rmSync(extensions)
  return pair
}

async function generateKey(path: string): Promise<void> {
  writeFileSync(path, '', { mode: 0o600 })
  await run(['openssl', 'genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', path])
}

function isFresh(pair: Certificate, authority?: Certificate): boolean {
  if (!existsSync(pair.certificate) || !existsSync(pair.key)) return false
  const certificate = new X509Certificate(readFileSync(pair.certificate))
  const signedByAuthority =
    authority === undefined ||
    certificate.verify(new X509Certificate(readFileSync(authority.certificate)).publicKey)
  return signedByAuthority && certificate.validToDate.getTime() - Date.now() > renewBefore
}

function isFor(pair: Certificate, request: CertificateRequest): boolean {
  const certificate = new X509Certificate(readFileSync(pair.certificate))
  return (request.alternativeNames ?? []).every((name) => {
    const [kind, value] = [name.slice(0, name.indexOf(':')), name.slice(name.indexOf(':') + 1)]
    const matched = kind === 'IP' ? certificate.checkIP(value) : certificate.checkHost(value)
    return matched !== undefined
  })
}
