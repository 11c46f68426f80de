import { readFileSync } from 'node:fs'
import { sectionOf, type PartContext } from '../part.ts'
import { audience, deployerClaims } from './deployer.ts'

/**
 * The API server's `--authentication-config`: it trusts the tokens of workflow runs. The issuer by its certificate
 * authority, the audience, and a user's name made of the claims that a run cannot choose.
 */
export function renderAuthentication(context: PartContext): string {
  const issuer = sectionOf(context, 'oidc').issuer
  const authority = readFileSync(sectionOf(context, 'certificates').authority, 'utf8')
  const { environment } = deployerClaims
  const trust = {
    issuer: { url: issuer, certificateAuthority: authority, audiences: [audience] },
    claimValidationRules: [
      {
        expression: `has(claims.environment) && claims.environment == '${environment}'`,
        message: `the token must be of a job with environment ${environment}`,
      },
    ],
    claimMappings: { username: { expression: `'github:' + claims.repository + ':' + claims.environment` } },
  }
  const configuration = {
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'AuthenticationConfiguration',
    jwt: [trust],
  }
  return JSON.stringify(configuration, null, 2)
}
