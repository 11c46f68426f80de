import { type ChildProcess, spawn } from 'node:child_process'
import { endEarlierLogins as endLogins } from './end-earlier-logins.ts'
import { Staging } from './staging.ts'

export interface Lock {
  readonly holder: string
  readonly seconds: number
  readonly renewed: string
}

/** Changes the staging environment past Stagegate, as whoever operates it could. */
export class StagingAdministrator extends Staging {
  /** Who holds the lock, since when without a sign of life, and for how long without one. */
  lock(): Lock {
    const fields = '{.spec.holderIdentity}|{.spec.leaseDurationSeconds}|{.spec.renewTime}'
    const text = this.kubectl('get', 'lease', this.lockName, '-o', `jsonpath=${fields}`)
    const [holder = '', seconds = '', renewed = ''] = text.split('|')
    return { holder, seconds: Number(seconds), renewed }
  }

  /** Gives the lock to somebody; to nobody with an empty name. */
  giveLockTo(holder: string): void {
    const renewTime = new Date().toISOString().replace('Z', '000Z')
    const spec = { holderIdentity: holder, leaseDurationSeconds: 60, renewTime }
    this.kubectl('patch', 'lease', this.lockName, '--type=merge', '--patch', JSON.stringify({ spec }))
  }

  /** Whoever waits for the lock of a run that is gone need not wait for the whole of its time. */
  shortenLock(seconds: number): void {
    const spec = { leaseDurationSeconds: seconds }
    this.kubectl('patch', 'lease', this.lockName, '--type=merge', '--patch', JSON.stringify({ spec }))
  }

  /** The next apply creates it anew, and its rollout takes its time. */
  removeWorkload(): void {
    this.kubectl('delete', 'deployment', 'ai-gen-service', '--ignore-not-found', '--cascade=background')
  }

  /** The next migration does not find that it was done before. */
  removeMigrations(): void {
    this.kubectl('delete', 'job', '-l', 'app.kubernetes.io/name=ai-gen-service-migration', '--wait=true')
  }

  /** The migration Jobs with how each ended: `complete`, `failed`, or `running`. */
  migrations(): readonly string[] {
    const { items } = JSON.parse(
      this.kubectl('get', 'job', '-l', 'app.kubernetes.io/name=ai-gen-service-migration', '-o', 'json'),
    ) as { items: { status: { conditions?: { type: string; status: string }[] } }[] }
    return items.map(({ status }) => {
      const ended = status.conditions?.filter((each) => each.status === 'True').map(({ type }) => type) ?? []
      return ended.includes('Complete') ? 'complete' : ended.includes('Failed') ? 'failed' : 'running'
    })
  }

  /** A transaction of somebody else that a migration has to wait for; the function that is given back ends it. */
  async holdMigrations(): Promise<() => Promise<void>> {
    const session = this.openSql()
    session.stdin?.write('BEGIN; LOCK TABLE flyway_schema_history IN ACCESS EXCLUSIVE MODE;\n\\echo locked\n')
    await until(session, 'locked')
    const closed = new Promise<void>((resolve) => {
      session.once('close', () => {
        resolve()
      })
    })
    return () => {
      if (session.stdin?.writableEnded === false) session.stdin.end('ROLLBACK;\n')
      return closed
    }
  }

  /** Writes a secret of KV 2, such as `secret/staging/app`. */
  async writeSecret(path: string, data: Readonly<Record<string, string>>): Promise<void> {
    await this.vault('POST', path.replace('/', '/data/'), { data })
  }

  /** The values of a Secret of the namespace. */
  secretData(name: string): Readonly<Record<string, string>> {
    const { data } = JSON.parse(this.kubectl('get', 'secret', name, '-o', 'json')) as {
      data: Record<string, string>
    }
    return Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
    )
  }

  /** @param object such as `secret/name` */
  remove(object: string): void {
    this.kubectl('delete', object, '--ignore-not-found')
  }

  /** What ends by itself with the time of its role; nobody waits for that here. */
  async endLogins(): Promise<void> {
    await endLogins()
  }

  private openSql(): ChildProcess {
    const { argv, env } = this.sqlClient()
    return spawn('psql', argv, { env, stdio: ['pipe', 'pipe', 'inherit'] })
  }
}

function until(child: ChildProcess, word: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes(word)) resolve()
    })
    child.once('close', (code) => {
      reject(new Error(`psql ended with ${code ?? 'a signal'}`))
    })
  })
}
