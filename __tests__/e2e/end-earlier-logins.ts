import { readTestbed } from '../../script/lib/testbed/description.ts'
import { request } from '../../script/lib/testbed/http.ts'

/**
 * Ends the logins and database users that earlier tests have left open in Vault, hostile code with a stolen identity among
 * them, so that what is open after a run is the run's own.
 */
export async function endEarlierLogins(): Promise<void> {
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
