/** Claims that say who a job is, in the order of their use for a role. */
const TELLING = [
  'repository',
  'repository_id',
  'repository_owner_id',
  'environment',
  'ref',
  'event_name',
  'job_workflow_ref',
  'sub',
  'aud',
  'iss',
] as const

/** Claims that a role should be bound to: they stay when a repository is renamed. */
const BINDING = ['repository_id', 'repository_owner_id', 'environment'] as const

/**
 * What a refused login is compared with: the token's own claims, and the settings of a role that would accept it. The
 * claims name the job and hold no secret; the token itself is not shown. Pure.
 */
export function explainLogin(
  role: string,
  mount: string,
  audience: string,
  claims: Readonly<Record<string, unknown>>,
): readonly string[] {
  const shown = TELLING.filter((name) => claims[name] !== undefined)
  const bound = Object.fromEntries(
    BINDING.filter((name) => claims[name] !== undefined).map((name) => [name, claims[name]]),
  )
  const settings = {
    role_type: 'jwt',
    user_claim: 'repository',
    bound_audiences: [audience],
    bound_claims: bound,
  }
  return [
    "The token's claims:",
    ...shown.map(
      (name) =>
        `  ${name}: ${typeof claims[name] === 'string' ? claims[name] : JSON.stringify(claims[name])}`,
    ),
    `A role auth/${mount}/role/${role} that accepts it has:`,
    `  ${JSON.stringify(settings)}`,
  ]
}
