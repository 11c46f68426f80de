interface InputDefinition {
  /** What an absent or empty input means; `''`: nothing. action.yml has the same. */
  readonly default: string
  readonly secret?: true
}

/** The inputs of action.yml, which describes them; a test holds both together. */
export const inputDefinitions = {
  stages: { default: '' },
  from: { default: 'auto' },
  config: { default: '' },
  'dry-run': { default: 'false' },
  environment: { default: 'staging' },
  version: { default: '' },
  'working-directory': { default: '.' },
  // The default in action.yml is the expression github.token, which only the runner can fill in.
  'github-token': { default: '', secret: true },
  image: { default: '' },
  'registry-username': { default: '' },
  'registry-password': { default: '', secret: true },
  'vault-url': { default: '' },
  'vault-auth': { default: 'jwt' },
  'vault-token': { default: '', secret: true },
  'vault-role': { default: '' },
  'vault-auth-mount': { default: 'jwt' },
  'vault-audience': { default: '' },
  'vault-namespace': { default: '' },
  'vault-ca-certificate': { default: '' },
  'kubernetes-server': { default: '' },
  'kubernetes-ca-certificate': { default: '' },
  'kubernetes-audience': { default: '' },
  kubeconfig: { default: '', secret: true },
  'kube-context': { default: '' },
  namespace: { default: '' },
  'configs-token': { default: '', secret: true },
  'sops-age-key': { default: '', secret: true },
  'ssh-key': { default: '', secret: true },
  'ssh-known-hosts': { default: '' },
  rollback: { default: 'auto' },
  'allow-older': { default: 'false' },
  timeout: { default: '60m' },
  'status-context': { default: '' },
  'environment-url': { default: '' },
  'fail-on': { default: '' },
  needs: { default: '' },
  shard: { default: '' },
  shards: { default: '1' },
  platform: { default: '' },
} as const satisfies Readonly<Record<string, InputDefinition>>

export type InputName = keyof typeof inputDefinitions

export const inputNames = Object.keys(inputDefinitions) as readonly InputName[]

/** Whether an input's value must never be written. */
export function isSecretInput(name: InputName): boolean {
  return 'secret' in inputDefinitions[name]
}

/** The variable in which the runner hands an input over: upper case, spaces to `_`, hyphens as they are. */
export function inputVariable(name: string): string {
  return `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`
}
