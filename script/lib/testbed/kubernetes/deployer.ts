/** The repository and the environment that may deploy, and who they are in the cluster. */
export const deployerClaims = { repository: 'acme/ai-gen-service', environment: 'staging' } as const
export const deployer = `github:${deployerClaims.repository}:${deployerClaims.environment}`
/** The audience that a token for the API server must have. */
export const audience = 'stagegate-staging'
export const namespace = 'staging'
