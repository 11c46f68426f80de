import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ports } from '../addresses.ts'
import { ensureCertificate } from '../certificate.ts'
import { writeAtomically } from '../files.ts'
import { request } from '../http.ts'
import { folderOf, linkPrograms, sectionOf, type Part } from '../part.ts'
import { installPythonTool } from '../python-tool.ts'
import { VaultClient } from '../vault/client.ts'
import { configureVault, names } from '../vault/configure.ts'
import { authorityOf } from './certificates.ts'

/** OpenBao, whose HTTP API is Vault's: sealed storage in memory, TLS, the run's own tokens as the way in. */
export const vault: Part<'vault'> = {
  name: 'vault',
  title: 'Vault API (OpenBao)',
  needs: ['certificates', 'oidc', 'postgres'],
  programs: ['openssl'],
  async up(context) {
    const folder = folderOf(context, 'vault')
    const url = `https://127.0.0.1:${ports.vault}`
    const { authority } = sectionOf(context, 'certificates')
    const program = linkPrograms(
      context,
      await installPythonTool('openbao', context.paths, context.progress),
      ['bao'],
    )
    const pair = await ensureCertificate(authorityOf(context), {
      folder,
      name: 'server',
      subject: '/CN=127.0.0.1',
      alternativeNames: ['IP:127.0.0.1', 'DNS:localhost'],
    })
    const configuration = JSON.stringify({
      storage: { inmem: {} },
      listener: [
        {
          tcp: {
            address: `127.0.0.1:${ports.vault}`,
            tls_cert_file: pair.certificate,
            tls_key_file: pair.key,
          },
        },
      ],
      api_addr: url,
      ui: false,
      disable_mlock: true,
    })
    writeAtomically(join(folder, 'config.json'), configuration)
    await context.processes.ensure({
      name: 'vault',
      part: 'vault',
      argv: [program, 'server', `-config=${join(folder, 'config.json')}`],
      configuration: [configuration, readFileSync(pair.certificate, 'utf8')],
      listens: [`127.0.0.1:${ports.vault}`],
      ready: () => request(`${url}/v1/sys/seal-status`, { authority }),
    })
    const rootToken = await unseal(new VaultClient(url, authority), join(folder, 'root-token'))
    await configureVault(new VaultClient(url, authority, rootToken), context)
    return { url, authority, ...names, audience: url, rootToken }
  },
}

/** Initialises and unseals a server that has just started: its storage is new, and so is its root token. */
async function unseal(client: VaultClient, tokenFile: string): Promise<string> {
  const status = await client.read<{ initialized: boolean; sealed: boolean }>('sys/seal-status')
  if (status.initialized && !status.sealed && existsSync(tokenFile)) return readFileSync(tokenFile, 'utf8')
  const keys = await client.write<{ keys: string[]; root_token: string }>('sys/init', {
    secret_shares: 1,
    secret_threshold: 1,
  })
  writeAtomically(tokenFile, keys.root_token)
  await client.write('sys/unseal', { key: keys.keys[0] })
  return keys.root_token
}
