import { readTestbed } from '../../script/lib/testbed/description.ts'
import { request } from '../../script/lib/testbed/http.ts'

/**
 * Before the end-to-end tests: ends the logins and database users that other tests have left open in Vault, so that what
 * is open after a run is the run's own.
 */
export async function setup(): Promise<void> {
  const { url, authority, authMount, rootToken } = readTestbed().vault
  for (const prefix of ['database/creds/migrator', `auth/${authMount}/login`]) {
    const answer = await request(`${url}/v1/sys/leases/revoke-prefix/${prefix}?sync=true`, {
      method: 'PUT',
      authority,
      headers: { 'x-vault-token': rootToken },
      body: '{}',
    })
    if (answer.status >= 300) throw new Error(`Vault does not end ${prefix}: ${answer.status} ${answer.body}`)
  }
}
