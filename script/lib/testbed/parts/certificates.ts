import { join } from 'node:path'
import { ensureAuthority } from '../certificate.ts'
import { folderOf, type Part, type PartContext } from '../part.ts'

/** The certificate authority behind every TLS server of the testbed. */
export const certificates: Part<'certificates'> = {
  name: 'certificates',
  title: 'certificate authority',
  needs: [],
  programs: ['openssl'],
  async up(context) {
    const authority = await ensureAuthority(
      folderOf(context, 'certificates'),
      'authority',
      'Stagegate testbed',
    )
    return { authority: authority.certificate }
  },
}

/** The authority with its key, for parts that issue their server certificate from it. */
export function authorityOf(context: PartContext): { certificate: string; key: string } {
  const folder = join(context.paths.state, 'certificates')
  return { certificate: join(folder, 'authority.crt'), key: join(folder, 'authority.key') }
}
