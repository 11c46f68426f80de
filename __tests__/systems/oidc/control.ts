import type { FaultRule } from '../github/faults.ts'
import { jsonMessage, type Message } from '../github/message.ts'
import type { JobClaims } from './claims.ts'
import type { OidcIssuer } from './issuer.ts'

/** What a test in another process can ask for, by method and name below `/_testbed/`. */
const controls: Readonly<Record<string, (issuer: OidcIssuer, body: unknown) => unknown>> = {
  'GET health': ({ url, issuer }) => ({ url, issuer }),
  'GET requests': ({ requests }) => requests,
  'GET faults': ({ faults }) => faults.list(),
  'POST jobs': (issuer, body) => {
    const { claims, permissions } = body as { claims?: JobClaims; permissions?: Record<string, string> }
    if (claims?.repository === undefined || (claims.sha as string | undefined) === undefined) {
      throw new Error('Missing: claims.repository, claims.sha')
    }
    return issuer.startJob(claims, permissions)
  },
  'POST faults': (issuer, body) => {
    issuer.inject(...((Array.isArray(body) ? body : [body]) as FaultRule[]))
    return issuer.faults.list()
  },
  'DELETE faults': ({ faults }) => {
    faults.clear()
  },
  'POST reset': (issuer) => {
    issuer.reset()
  },
}

/** Answers a request of the control interface; a wrong one is a 400 that says why. */
export function answerControl(issuer: OidcIssuer, method: string, name: string, rawBody: Buffer): Message {
  const control = controls[`${method} ${name}`]
  if (control === undefined) {
    return jsonMessage(404, { message: `No such control. There are: ${Object.keys(controls).join(', ')}` })
  }
  try {
    const body: unknown = rawBody.length === 0 ? {} : JSON.parse(rawBody.toString('utf8'))
    return jsonMessage(200, control(issuer, body) ?? {})
  } catch (error) {
    return jsonMessage(400, { message: error instanceof Error ? error.message : String(error) })
  }
}
