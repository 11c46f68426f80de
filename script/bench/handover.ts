/**
 * What handing over costs: a result of 1 MB and an image of 200 MB, uploaded by one job and taken over by another, with
 * every digest. The artifact service is one on loopback, so the figures are our own time and the machine's.
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startArtifactServer } from '../../__tests__/systems/artifacts/artifact-server.ts'
import { createArtifacts } from '../../src/systems/artifacts/create-artifacts.ts'
import { systemClock } from '../../src/systems/clock/clock.ts'
import { createHttp } from '../../src/systems/http/create-http.ts'

const folder = mkdtempSync(join(tmpdir(), 'stagegate-bench-'))
await using server = await startArtifactServer()
const http = createHttp({ clock: systemClock, userAgent: 'bench', env: {} })
const random = (digits: number): string => randomBytes(digits).toString('hex').slice(0, digits)
const open = () => createArtifacts({ http, env: server.startJob('1'), clock: systemClock, random })
const signal = AbortSignal.timeout(120_000)

for (const [name, bytes] of [
  ['result', 1_000_000],
  ['image', 200_000_000],
] as const) {
  const content = randomBytes(bytes)
  const file = {
    name: 'content',
    bytes,
    async *open() {
      for (let at = 0; at < bytes; at += 1 << 20)
        yield await Promise.resolve(content.subarray(at, at + (1 << 20)))
    },
  }
  const started = performance.now()
  const reference = await open().upload(name, [file], signal)
  const uploaded = performance.now()
  await open().download(reference, { folder, maxBytes: 2 * bytes, allows: () => true, signal })
  const taken = performance.now()
  const [up, down] = [uploaded - started, taken - uploaded].map((ms) => `${ms.toFixed(0)} ms`)
  process.stdout.write(
    `${name}, ${bytes / 1e6} MB: handed over in ${up ?? ''}, taken over in ${down ?? ''}\n`,
  )
}
http.close()
rmSync(folder, { recursive: true, force: true })
