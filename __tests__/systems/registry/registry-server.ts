import { freePort } from '../../free-port.ts'
import { execFileSync, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newFolder } from '../new-folder.ts'

export interface RegistryServer {
  /** `127.0.0.1:port`, as in the name of an image. */
  readonly host: string
  /** Where it keeps its content. */
  readonly folder: string
  close(): Promise<void>
}

export type RegistryAuth =
  | { readonly kind: 'none' }
  | { readonly kind: 'htpasswd'; readonly username: string; readonly password: string }
  | { readonly kind: 'token'; readonly realm: string; readonly certificate: string }

/** The registry of the distribution project (Debian package docker-registry), on a free port of the loopback. */
export async function startRegistry(auth: RegistryAuth = { kind: 'none' }): Promise<RegistryServer> {
  const folder = newFolder()
  const host = `127.0.0.1:${await freePort()}`
  const lines = [
    'version: 0.1',
    'log: { level: error }',
    `storage: { filesystem: { rootdirectory: ${folder}/storage }, delete: { enabled: true } }`,
    `http: { addr: '${host}', secret: a-secret-of-the-test }`,
    ...authLines(auth, folder),
  ]
  writeFileSync(join(folder, 'config.yml'), lines.join('\n'))
  const child = spawn('docker-registry', ['serve', join(folder, 'config.yml')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env.PATH, OTEL_TRACES_EXPORTER: 'none' },
  })
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      stderr += error.message
      resolve()
    })
    child.once('exit', () => {
      resolve()
    })
  })
  await Promise.race([
    answers(`http://${host}/v2/`),
    ended.then(() => {
      throw new Error(`docker-registry did not start: ${stderr}`)
    }),
  ])
  return {
    host,
    folder,
    async close() {
      child.kill()
      await ended
    },
  }
}

function authLines(auth: RegistryAuth, folder: string): readonly string[] {
  if (auth.kind === 'none') return []
  if (auth.kind === 'htpasswd') {
    const line = execFileSync('htpasswd', ['-Bbn', auth.username, auth.password], { encoding: 'utf8' })
    writeFileSync(join(folder, 'htpasswd'), line)
    return [`auth: { htpasswd: { realm: test, path: ${folder}/htpasswd } }`]
  }
  return [
    `auth: { token: { realm: '${auth.realm}', service: test, issuer: test, rootcertbundle: ${auth.certificate} } }`,
  ]
}

async function answers(url: string): Promise<void> {
  for (;;) {
    const answer = await fetch(url).catch(() => undefined)
    if (answer !== undefined) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
