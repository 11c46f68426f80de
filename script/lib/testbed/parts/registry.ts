import { join } from 'node:path'
import { ports } from '../addresses.ts'
import { run } from '../command.ts'
import { programPath } from '../debian-packages.ts'
import { readOrCreateSecret, writeAtomically } from '../files.ts'
import { requestOk } from '../http.ts'
import { folderOf, type Part } from '../part.ts'

const username = 'staging'

/** A registry that lets nobody in without the login, for pulls as for pushes. */
export const registry: Part<'registry'> = {
  name: 'registry',
  title: 'container registry',
  needs: [],
  programs: ['docker-registry', 'htpasswd'],
  async up(context) {
    const folder = folderOf(context, 'registry')
    const password = readOrCreateSecret(join(folder, 'password'))
    const logins = await run([programPath('htpasswd'), '-niB', username], { input: password })
    writeAtomically(join(folder, 'htpasswd'), logins)
    const configuration = renderConfiguration(folder)
    writeAtomically(join(folder, 'config.yml'), configuration)
    const address = `localhost:${ports.registry}`
    const authorization = basicAuthorization(username, password)
    await context.processes.ensure({
      name: 'registry',
      part: 'registry',
      argv: [programPath('docker-registry'), 'serve', join(folder, 'config.yml')],
      env: { OTEL_TRACES_EXPORTER: 'none' },
      configuration: [configuration, password],
      listens: [`127.0.0.1:${ports.registry}`],
      ready: () => requestOk(`http://127.0.0.1:${ports.registry}/v2/`, { headers: { authorization } }),
    })
    return { address, username, password }
  },
}

/** The header of HTTP basic authentication, RFC 7617. */
export function basicAuthorization(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

function renderConfiguration(folder: string): string {
  return `version: 0.1
log:
  level: warn
  accesslog: { disabled: false }
storage:
  filesystem: { rootdirectory: ${folder}/images }
  delete: { enabled: true }
http:
  addr: 127.0.0.1:${ports.registry}
auth:
  htpasswd:
    realm: testbed
    path: ${folder}/htpasswd
`
}
