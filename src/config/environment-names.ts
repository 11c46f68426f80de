/** What the name of a variable may look like, for messages. */
export const VARIABLE_FORM =
  'a name of A-Z, a-z, 0-9 and _ that does not steer the runner, the shell or the loader (PATH, LD_*, GIT_*, …); set such a variable in the command itself'

const exact = new Set([
  'PATH',
  'IFS',
  'ENV',
  'BASH_ENV',
  'BASHOPTS',
  'SHELLOPTS',
  'PROMPT_COMMAND',
  'PS4',
  'NODE_OPTIONS',
])
const prefixes = ['LD_', 'DYLD_', 'GITHUB_', 'ACTIONS_', 'RUNNER_', 'INPUT_', 'STATE_', 'GIT_', 'BASH_FUNC_']

/**
 * Whether a configuration may set a variable of this name for a child. Names that steer the runner, the shell, the
 * dynamic loader, Node or Git are not for configuration files or secrets, which may come from elsewhere
 * than the code (threats T22, T23).
 */
export function isSettableVariable(name: string): boolean {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(name)) return false
  const upper = name.toUpperCase()
  return !exact.has(upper) && !prefixes.some((prefix) => upper.startsWith(prefix))
}
