import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { addresses, ports } from '../addresses.ts'
import { ensureCertificate } from '../certificate.ts'
import { requestOk } from '../http.ts'
import { folderOf, sectionOf, type Part } from '../part.ts'
import { authorityOf } from './certificates.ts'

const server = join(import.meta.dirname, '../../../../__tests__/systems/oidc/serve.ts')

/** The issuer of the runs' identity tokens, as GitHub's: Vault and the API server trust it. */
export const oidc: Part<'oidc'> = {
  name: 'oidc',
  title: 'OIDC issuer',
  needs: ['certificates', 'network'],
  programs: ['openssl'],
  async up(context) {
    const issuer = `https://${addresses.machine}:${ports.oidc}`
    const folder = folderOf(context, 'oidc')
    const { authority } = sectionOf(context, 'certificates')
    const pair = await ensureCertificate(authorityOf(context), {
      folder,
      name: 'server',
      subject: `/CN=${addresses.machine}`,
      alternativeNames: [`IP:${addresses.machine}`],
    })
    await context.processes.ensure({
      name: 'oidc',
      part: 'oidc',
      argv: [
        ...([process.execPath, server, '--host', addresses.machine, '--port', String(ports.oidc)] as const),
        ...['--cert', pair.certificate, '--key', pair.key, '--issuer', issuer],
        ...['--signing-key', join(folder, 'signing-key.json')],
      ],
      configuration: [readFileSync(pair.certificate, 'utf8')],
      listens: [`${addresses.machine}:${ports.oidc}`],
      ready: () => requestOk(`${issuer}/.well-known/jwks`, { authority }),
    })
    return { issuer, jobs: `${issuer}/_testbed/jobs` }
  },
}
