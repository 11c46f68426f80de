import { join } from 'node:path'
import { ports } from '../addresses.ts'
import { ensureCertificate } from '../certificate.ts'
import { requestOk } from '../http.ts'
import { folderOf, sectionOf, type Part } from '../part.ts'
import { authorityOf } from './certificates.ts'

const server = join(import.meta.dirname, '../../../../__tests__/systems/oidc/serve.ts')

/** The issuer of the runs' identity tokens, as GitHub's: Vault and the API server trust it. */
export const oidc: Part<'oidc'> = {
  name: 'oidc',
  title: 'OIDC issuer',
  needs: ['certificates'],
  programs: ['openssl'],
  async up(context) {
    const issuer = `https://127.0.0.1:${ports.oidc}`
    const folder = folderOf(context, 'oidc')
    const { authority } = sectionOf(context, 'certificates')
    const pair = await ensureCertificate(authorityOf(context), {
      folder,
      name: 'server',
      subject: '/CN=127.0.0.1',
      alternativeNames: ['IP:127.0.0.1', 'DNS:localhost'],
    })
    await context.processes.ensure({
      name: 'oidc',
      part: 'oidc',
      argv: [
        ...([process.execPath, server, '--host', '127.0.0.1', '--port', String(ports.oidc)] as const),
        ...['--cert', pair.certificate, '--key', pair.key, '--issuer', issuer],
        ...['--signing-key', join(folder, 'signing-key.json')],
      ],
      listens: [`127.0.0.1:${ports.oidc}`],
      ready: () => requestOk(`${issuer}/.well-known/jwks`, { authority }),
    })
    return { issuer, jobs: `${issuer}/_testbed/jobs` }
  },
}
