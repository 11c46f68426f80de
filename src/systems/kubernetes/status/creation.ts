/**
 * How long a refusal to create pods may last before it is certain, in milliseconds. Quotas are freed by old pods that
 * end, webhooks come up, a service account is seen a moment later; policies stay. Pure.
 *
 * @param message of the event or condition FailedCreate
 * @param replaces whether old pods are still to end
 */
export function creationGrace(message: string, replaces: boolean): number {
  if (message.includes('exceeded quota')) return replaces ? 20_000 : 2_000
  if (/failed calling webhook|connection refused|timeout|context deadline/i.test(message)) return 30_000
  if (/service account|serviceaccount/i.test(message)) return 5_000
  if (/is forbidden|is invalid|denied the request|violates PodSecurity/.test(message)) return 1_000
  return 15_000
}
