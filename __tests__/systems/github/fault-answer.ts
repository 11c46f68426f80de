import type { ServerResponse } from 'node:http'
import type { Fault } from './faults.ts'
import { type Message, sendFaulty, sendMessage } from './message.ts'

/** Kinds whose answer is a well-formed message of the server's own, instead of a spoiled one. */
const ownMessage = new Set(['status', 'rate-limit', 'secondary-limit'])

/**
 * Answers a request, under a fault or none: `work` gives the true answer and is only done where the fault has it done,
 * `renderFault` gives the server's own words for a fault, `onStatus` hears the status before it is sent.
 */
export async function answerUnderFault(
  response: ServerResponse,
  fault: Fault | undefined,
  server: {
    work: () => Promise<Message>
    renderFault: (fault: Fault) => Message
    onStatus: (status: number) => void
  },
): Promise<void> {
  if (fault === undefined) {
    const message = await server.work()
    server.onStatus(message.status)
    sendMessage(response, message)
    return
  }
  const truth = fault.hasEffect ? await server.work() : undefined
  const message = truth === undefined || ownMessage.has(fault.kind) ? server.renderFault(fault) : truth
  if (!['hang', 'reset', 'close'].includes(fault.kind)) server.onStatus(message.status)
  sendFaulty(response, fault, message)
}
