import { requestOk } from '../http.ts'

/** The few calls of Vault's HTTP API that the testbed's set-up makes. */
export class VaultClient {
  private readonly url: string
  private readonly authority: string
  private readonly token: string | undefined

  constructor(url: string, authority: string, token?: string) {
    this.url = url
    this.authority = authority
    this.token = token
  }

  read<Answer>(path: string): Promise<Answer> {
    return this.send<Answer>('GET', path)
  }

  write<Answer = unknown>(path: string, body: unknown): Promise<Answer> {
    return this.send<Answer>('POST', path, body)
  }

  private async send<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const answer = await requestOk(`${this.url}/v1/${path}`, {
      method,
      authority: this.authority,
      headers: {
        'content-type': 'application/json',
        ...(this.token === undefined ? {} : { 'x-vault-token': this.token }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return (answer.body === '' ? {} : JSON.parse(answer.body)) as Answer
  }
}
