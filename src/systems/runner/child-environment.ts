/** Marks a foreign child and all that it starts, so that what outlives its step is found again. */
export const STEP_MARK = 'STAGEGATE_STEP'
/** Marks every child of a run, ours and foreign, so that `post` finds what a killed run has left. */
export const RUN_MARK = 'STAGEGATE_RUN'

/**
 * What no child gets by itself: the means to mint tokens, the runner's command files, our inputs and state, and the
 * credentials that people give to a deploying job. Stops accidents and lazy malware; it is no wall, since a process of
 * the same user can read our own environment (docs/security.md).
 */
const WITHHELD = [
  /^ACTIONS_/,
  /^INPUT_/,
  /^STATE_/,
  /^GITHUB_(?:TOKEN|ENV|PATH|OUTPUT|STATE|STEP_SUMMARY|ENTERPRISE_TOKEN)$/,
  /^GH_(?:TOKEN|ENTERPRISE_TOKEN)$/,
  /^(?:VAULT|BAO|ANSIBLE_VAULT|AZURE|ARM|GOOGLE|COSIGN|SOPS|AGE)_/,
  /^AWS_(?!(?:DEFAULT_)?REGION$)/,
  /^CLOUDSDK_AUTH_/,
  /^KUBECONFIG$/,
  /^DOCKER_(?:CONFIG|AUTH_CONFIG)$/,
  /^SSH_(?:AUTH_SOCK|AGENT_PID|ASKPASS)$/,
  /^GIT_(?:ASKPASS|CONFIG_PARAMETERS|CONFIG_COUNT|CONFIG_KEY_\d+|CONFIG_VALUE_\d+)$/,
  /^STAGEGATE_/,
]

/** Without these a child does not even start; a secret that is part of them by chance must not take them away. */
const NEEDED = new Set(['PATH', 'HOME', 'PWD', 'USER', 'SHELL', 'LANG', 'TMPDIR'])

/**
 * The environment for a child: ours without what is withheld, and without every variable that holds a known secret.
 *
 * @param holdsSecret whether a text contains a value that is registered as secret
 */
export function planEnvironment(
  own: Readonly<Record<string, string | undefined>>,
  holdsSecret: (text: string) => boolean,
): Record<string, string> {
  const planned: Record<string, string> = {}
  for (const [name, value] of Object.entries(own)) {
    if (value === undefined || WITHHELD.some((pattern) => pattern.test(name))) continue
    if (!NEEDED.has(name) && holdsSecret(value)) continue
    planned[name] = value
  }
  return planned
}
