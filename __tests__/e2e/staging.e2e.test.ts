import { expect, it } from 'vitest'
import { startGithubJob } from '../../script/lib/demo/github-job.ts'
import { readTestbed } from '../../script/lib/testbed/description.ts'
import { request, requestOk } from '../../script/lib/testbed/http.ts'
import { expectNothingOpen } from './expectations.ts'
import { Staging } from './staging.ts'

const testbed = readTestbed()
const { url, authority, authMount, role, audience } = testbed.vault

it('What a run has open in Vault is seen for as long as it is open', async () => {
  const staging = new Staging(testbed)
  const token = await logIn()
  const vault = (method: string, path: string) =>
    requestOk(`${url}/v1/${path}`, { method, authority, headers: { 'x-vault-token': token } })
  expect(await staging.openInVault()).toHaveLength(1)
  await vault('GET', testbed.vault.paths.migrator)
  expect(await staging.openInVault()).toHaveLength(2)
  await vault('POST', 'auth/token/revoke-self')
  await expectNothingOpen(staging)
})

/** A token of Vault, as a run gets one. */
async function logIn(): Promise<string> {
  const { idToken } = await startGithubJob({
    testbed,
    gitDir: testbed.state,
    permissions: { 'id-token': 'write' },
    commit: 'a'.repeat(40),
    ref: 'refs/heads/main',
    event: 'push',
    runId: '1',
    runAttempt: 1,
    environment: 'staging',
  })
  if (idToken === undefined) throw new Error('the job has no identity token')
  const issued = await request(`${idToken.requestUrl}&audience=${encodeURIComponent(audience)}`, {
    authority: testbed.certificates.authority,
    headers: { authorization: `bearer ${idToken.requestToken}` },
  })
  const jwt = (JSON.parse(issued.body) as { value: string }).value
  const answer = await requestOk(`${url}/v1/auth/${authMount}/login`, {
    method: 'POST',
    authority,
    body: JSON.stringify({ role, jwt }),
  })
  return (JSON.parse(answer.body) as { auth: { client_token: string } }).auth.client_token
}
