import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { ensureAuthority, ensureCertificate } from '../../../script/lib/testbed/certificate.ts'

/**
 * What a webhook does: it lets all pass, denies all, answers 503, or takes the question and is silent.
 */
export type WebhookConduct = 'allows' | 'denies' | 'fails' | 'silent'

/** Of words that other troubles have too. */
const DENIAL = 'spec.timeoutSeconds of the service account is forbidden here'

/** A validating webhook that the API server asks. */
export interface WebhookServer {
  readonly url: string
  /** Of its authority, base64 of PEM. */
  readonly caBundle: string
  /** How often it was asked. */
  readonly asked: number
  conduct: WebhookConduct
  close(): Promise<void>
}

export async function startWebhookServer(conduct: WebhookConduct = 'allows'): Promise<WebhookServer> {
  const folder = await mkdtemp(join(tmpdir(), 'stagegate-webhook-'))
  const authority = await ensureAuthority(folder, 'ca', 'test')
  const pair = await ensureCertificate(authority, {
    folder,
    name: 'server',
    subject: '/CN=webhook',
    alternativeNames: ['IP:127.0.0.1'],
  })
  const [cert = '', key = '', ca = ''] = await Promise.all(
    [pair.certificate, pair.key, authority.certificate].map((path) => readFile(path, 'utf8')),
  )
  let asked = 0
  const server = createServer({ cert, key }, (request, response) => {
    asked += 1
    if (webhook.conduct === 'silent') return
    if (webhook.conduct === 'fails') {
      response.writeHead(503).end()
      return
    }
    void text(request).then((body) => {
      const {
        apiVersion,
        kind,
        request: review,
      } = JSON.parse(body) as {
        apiVersion: string
        kind: string
        request: { uid: string }
      }
      const denial = { allowed: false, status: { message: DENIAL } }
      const verdict = webhook.conduct === 'denies' ? denial : { allowed: true }
      const answer = { apiVersion, kind, response: { uid: review.uid, ...verdict } }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const webhook: WebhookServer = {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/validate`,
    caBundle: Buffer.from(ca).toString('base64'),
    get asked() {
      return asked
    },
    conduct,
    async close() {
      server.closeAllConnections()
      server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
  return webhook
}
