import { freePort } from '../../free-port.ts'
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { newFolder } from '../new-folder.ts'

export interface SshServer {
  readonly port: number
  readonly user: string
  /** The only key it accepts. */
  readonly privateKey: string
  /** A key that it does not accept. */
  readonly strangersKey: string
  readonly knownHosts: string
  /** The same host with another key: as if somebody stood in between. */
  readonly wrongKnownHosts: string
  /** How many logins it has accepted. */
  logins(): number
  close(): Promise<void>
}

/** OpenSSH's server on a free port of the loopback, for the user that runs the test. */
export async function startSshServer(): Promise<SshServer> {
  const folder = newFolder()
  const newKey = (name: string): string => {
    const path = join(folder, name)
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path])
    return path
  }
  const [host, other, user, stranger] = ['host', 'other', 'user', 'stranger'].map(newKey) as [
    string,
    string,
    string,
    string,
  ]
  const port = await freePort()
  const lines = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${host}`,
    `AuthorizedKeysFile ${user}.pub`,
    `PidFile ${join(folder, 'pid')}`,
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'PermitRootLogin prohibit-password',
    'Subsystem sftp internal-sftp',
  ]
  writeFileSync(join(folder, 'config'), lines.join('\n'))
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true })
  const child = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', join(folder, 'config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()))
  const ended = new Promise((resolve) => child.once('exit', resolve))
  await answers(port)
  const line = (key: string): string => `[127.0.0.1]:${port} ${readFileSync(`${key}.pub`, 'utf8')}`
  return {
    port,
    user: userInfo().username,
    privateKey: readFileSync(user, 'utf8'),
    strangersKey: readFileSync(stranger, 'utf8'),
    knownHosts: line(host),
    wrongKnownHosts: line(other),
    logins: () => [...log.matchAll(/Accepted publickey/g)].length,
    async close() {
      child.kill()
      await ended
    },
  }
}

async function answers(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const up = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy()
        resolve(true)
      })
      socket.on('error', () => {
        resolve(false)
      })
    })
    if (up) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('sshd did not start')
}
