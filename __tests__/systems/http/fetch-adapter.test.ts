import { Octokit } from '@octokit/rest'
import { describe, expect, it } from 'vitest'

import { createFetch } from '../../../src/systems/http/fetch-adapter.ts'
import { cutChunks, resetBefore, say, sayJson, startServer } from './misbehaving-server.ts'
import { createSubject } from './subject.ts'

const at = { owner: 'acme', repo: 'service' }
const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

function createOctokit(baseUrl: string): Octokit {
  const fetch = createFetch(createSubject().http, 'github')
  return new Octokit({ auth: 'canary', baseUrl, request: { fetch }, log: silent })
}

describe('Octokit over the HTTP core', () => {
  it('gets the status, the headers and the parsed body', async () => {
    await using server = await startServer(sayJson({ id: 7 }, 200, { 'x-github-request-id': 'a' }))
    const octokit = createOctokit(server.url)
    const answer = await octokit.rest.repos.get(at)
    expect(answer).toMatchObject({ status: 200, data: { id: 7 }, headers: { 'x-github-request-id': 'a' } })
    expect(server.received[0]?.headers.authorization).toBe('token canary')
  })

  it('sends a body, and gets an error with its status', async () => {
    await using server = await startServer(sayJson({ message: 'Validation Failed' }, 422))
    const octokit = createOctokit(server.url)
    const creating = octokit.rest.repos.createCommitStatus({ ...at, sha: 'abc', state: 'pending' })
    await expect(creating).rejects.toMatchObject({ status: 422, message: 'Validation Failed' })
    expect(server.received[0]).toMatchObject({ method: 'POST', body: '{"state":"pending"}' })
  })

  it('never takes a cut body or HTML for a success', async () => {
    await using server = await startServer(cutChunks, say(200, { 'content-type': 'text/html' }, '<p>'))
    const octokit = createOctokit(server.url)
    await expect(octokit.rest.repos.get(at)).rejects.toMatchObject({
      status: 500,
      cause: { kind: 'media-type' },
    })
  })

  it('reads again after a fault, but writes once', async () => {
    await using server = await startServer(resetBefore, sayJson({}), say(502))
    const octokit = createOctokit(server.url)
    await octokit.rest.repos.get(at)
    await expect(
      octokit.rest.repos.createCommitStatus({ ...at, sha: 'abc', state: 'pending' }),
    ).rejects.toMatchObject({
      status: 502,
    })
    expect(server.received.map((request) => request.method)).toEqual(['GET', 'GET', 'POST'])
  })

  it('may ask for a text, gets an empty answer, and follows a repository that moved', async () => {
    await using server = await startServer(
      say(301, { location: '/moved' }),
      say(200, { 'content-type': 'application/vnd.github.diff; charset=utf-8' }, 'diff --git'),
      say(204),
    )
    const octokit = createOctokit(server.url)
    const diff = await octokit.rest.repos.getCommit({ ...at, ref: 'abc', mediaType: { format: 'diff' } })
    expect(diff.data).toBe('diff --git')
    expect((await octokit.rest.repos.deleteDeployment({ ...at, deployment_id: 1 })).status).toBe(204)
  })

  it('ends with its signal', async () => {
    await using server = await startServer(sayJson({}))
    const octokit = createOctokit(server.url)
    const signal = AbortSignal.abort(new Error('cancelled'))
    await expect(octokit.rest.repos.get({ ...at, request: { signal } })).rejects.toThrow('cancelled')
    expect(server.received).toEqual([])
  })
})
