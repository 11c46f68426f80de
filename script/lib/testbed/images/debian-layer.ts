import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../command.ts'
import type { PartContext } from '../part.ts'
import { readDebianMirror } from './debian-mirror.ts'
import { ensureLayer } from './ensure-layer.ts'
import type { Layer } from './layer.ts'

const suite = 'bookworm'

/** The machine's own authorities: behind a proxy that opens TLS, builds inside the image need them too. */
const authorities = '/etc/ssl/certs/ca-certificates.crt'

/** A small Debian: what debootstrap calls minbase, without documentation and package lists. */
export function debianLayer(context: PartContext): Promise<Layer> {
  const bundle = existsSync(authorities) ? readFileSync(authorities, 'utf8') : ''
  return ensureLayer(context, {
    name: 'debian',
    inputs: [suite, bundle, 'slim-1'],
    async fill(content) {
      const mirror = await readDebianMirror(suite)
      await run(
        [
          ...(['debootstrap', '--variant=minbase', '--include=ca-certificates', suite, content] as const),
          ...(mirror === undefined ? [] : [mirror]),
        ],
        { next: 'run as root, on a machine that reaches the Debian mirror that apt uses' },
      )
      const dropped = [
        'var/cache',
        'var/lib/apt/lists',
        'var/log',
        'usr/share/doc',
        'usr/share/man',
        'usr/share/info',
      ]
      for (const path of [...dropped, 'usr/share/locale', 'dev']) {
        rmSync(join(content, path), { recursive: true, force: true })
        mkdirSync(join(content, path))
      }
      if (bundle !== '') writeFileSync(join(content, authorities), bundle)
      const users = { passwd: 'node:x:1000:1000::/home/node:/bin/bash\n', group: 'node:x:1000:\n' }
      for (const [file, line] of Object.entries(users))
        writeFileSync(join(content, 'etc', file), line, { flag: 'a' })
      mkdirSync(join(content, 'home/node'))
      await run(['chown', '1000:1000', join(content, 'home/node')])
    },
  })
}
