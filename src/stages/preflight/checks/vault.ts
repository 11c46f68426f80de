import { type Check, isAsked, tryLogin, unknownHere } from '../access.ts'

/** A login to Vault, given back at once: nothing of the commit runs while it is open. */
export const vaultCheck: Check = {
  id: 'vault',
  stage: 'deploy',
  needs: 'a login to Vault',
  plan(config) {
    const { deploy } = config
    if (!deploy.configured) return { run: false, reason: deploy.reason }
    if (!isAsked(config, 'deploy')) return { run: false, reason: 'this call does not deploy' }
    if (!deploy.secrets.configured) return { run: false, reason: deploy.secrets.reason }
    return { run: true, summary: 'does Vault accept the login?' }
  },
  async ask(config, systems, step) {
    const row = { stage: 'deploy', needs: 'a login to Vault' }
    const unknown = unknownHere(row, config, 'vault', 'VAULT_TOKEN')
    if (unknown !== undefined) return [unknown]
    return [
      await tryLogin(row, config, systems.idToken.usedFor.includes('vault'), step.signal, async () => {
        const vault = await systems.vault()
        const session = await vault.open(step.signal)
        const { revoked, warning } = await session.close(step.signal)
        if (warning !== undefined) step.log.warn(warning)
        return `accepted, and ${revoked ? 'given back' : 'not given back'}`
      }),
    ]
  },
}
