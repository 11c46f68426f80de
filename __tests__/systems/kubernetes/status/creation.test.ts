import { expect, test } from 'vitest'
import { creationGrace } from '../../../../src/systems/kubernetes/status/creation.ts'

const forbidden = 'pods "api-7c9d8f-" is forbidden:'

/** Messages as the API server gives them; seconds. */
test.each<[string, number, string]>([
  ['a quota', 2, `${forbidden} exceeded quota: small, requested: pods=1, used: pods=0, limited: pods=0`],
  ['a LimitRange', 1, `${forbidden} maximum memory usage per Container is 16Mi, but limit is 64Mi`],
  ['Pod Security', 1, `${forbidden} violates PodSecurity "restricted:latest": runAsNonRoot != true`],
  [
    'a service account',
    5,
    `${forbidden} error looking up service account n/none: serviceaccount "none" not found`,
  ],
  [
    'a webhook that is silent',
    30,
    'Internal error occurred: failed calling webhook "w": failed to call webhook: Post "https://w": context deadline exceeded',
  ],
  [
    'a webhook that refuses connections',
    30,
    'Internal error occurred: failed calling webhook "w": Post "https://w": dial tcp 10.0.0.1:443: connect: connection refused',
  ],
  ['a webhook that denies', 1, 'admission webhook "w" denied the request: no'],
  [
    'a webhook that denies a timeout',
    1,
    'admission webhook "w" denied the request: spec.timeoutSeconds is too long',
  ],
  [
    'a webhook that denies a service account',
    1,
    'admission webhook "w" denied the request: service account "x"',
  ],
  [
    'a webhook that denies with a quota of its own',
    1,
    'admission webhook "w" denied the request: exceeded quota of teams',
  ],
  [
    'a policy that denies a timeout',
    1,
    `${forbidden} ValidatingAdmissionPolicy 'p' with binding 'p' denied request: the timeout is missing`,
  ],
  ['what nobody knows', 15, 'Internal error occurred: resource quota evaluation failed'],
])('a refusal to create pods by %s is certain after %i s', (_, seconds, message) => {
  expect(creationGrace(message, false)).toBe(seconds * 1_000)
})

test('a quota is waited for longer while old pods are still to end', () => {
  expect(creationGrace(`${forbidden} exceeded quota: small, requested: pods=1`, true)).toBe(20_000)
})
