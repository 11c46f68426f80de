export type { ClusterInputs, Inputs, RegistryLogin, SshInputs, VaultInputs, VaultLogin } from './inputs.ts'
export { listSecretInputs, secretInputNames, secretsOfInput } from './list-secret-inputs.ts'
export { peekInputs, type PeekedInputs } from './peek-inputs.ts'
export { readInputs } from './read-inputs.ts'
