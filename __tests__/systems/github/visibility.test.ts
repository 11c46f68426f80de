import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  checkWith,
  commit,
  createSubject,
  deployment,
  done,
  never,
  type Subject,
  written,
} from './subject.ts'

describe('what was created a moment ago, and is not yet known to every machine of GitHub', () => {
  let subject: Subject

  beforeEach(async () => {
    subject = await createSubject()
  })

  afterEach(async () => {
    expect(subject.server.state.violations).toEqual([])
    await subject.server.close()
  })

  /** Where the server says 404 for it so many times. */
  const hide = (operationId: string, times: number): void => {
    subject.server.inject({ operationId, fault: '404', times })
  }

  test.each([1, 3])('a check run gets the rest of its annotations after %i times 404', async (times) => {
    hide('checks/update', times)
    expect(await subject.github.writeCheck(checkWith(160), never)).toEqual(written)
    expect(subject.repository.checkRuns).toHaveLength(1)
    expect(subject.repository.checkRuns[0]?.annotations).toHaveLength(160)
  })

  test.each([
    ['checks/update', 1],
    ['checks/update', 3],
    ['checks/list-annotations', 2],
  ])(
    'a check run of an earlier attempt is updated when %s says 404 %i times, not made anew',
    async (operationId, times) => {
      await subject.github.writeCheck(checkWith(3), never)
      hide(operationId, times)
      expect(await subject.github.writeCheck(checkWith(5, { title: 'again' }), never)).toEqual(written)
      expect(subject.repository.checkRuns).toMatchObject([{ title: 'again' }])
      expect(subject.repository.checkRuns[0]?.annotations).toHaveLength(5)
    },
  )

  test('a check run that was deleted is made anew, after five seconds', async () => {
    await subject.github.writeCheck(checkWith(0), never)
    const before = subject.clock.monotonic()
    hide('checks/update', 4)
    expect(await subject.github.writeCheck(checkWith(0), never)).toEqual(written)
    expect(subject.repository.checkRuns).toHaveLength(2)
    expect(subject.clock.monotonic() - before).toBeGreaterThanOrEqual(5_000)
  })

  test.each([1, 3])('a deployment gets its state after %i times 404', async (times) => {
    const started = await subject.github.startDeployment(deployment, never)
    hide('repos/create-deployment-status', times)
    const id = started.written ? started.id : 0
    expect(await subject.github.setDeploymentState(id, done, never)).toEqual(written)
    expect(subject.repository.deployments[0]?.statuses).toHaveLength(1)
  })

  test('a deployment is made in spite of one conflict, and not after a second', async () => {
    subject.server.inject({ operationId: 'repos/create-deployment', fault: '409' })
    expect(await subject.github.startDeployment(deployment, never)).toMatchObject(written)
    expect(subject.repository.deployments).toHaveLength(1)
    subject.server.inject({ operationId: 'repos/create-deployment', fault: '409', times: 'forever' })
    const other = await subject.github.startDeployment({ ...deployment, key: 'ai-gen-service/78/1' }, never)
    expect(other).toMatchObject({ written: false, code: 'E_GITHUB_VALIDATION' })
    expect(subject.count('repos/create-deployment')).toBe(4)
  })
})

describe('the reason why something is not there', () => {
  test('says what GitHub answered, how often it was asked, and for how long', async () => {
    const subject = await createSubject()
    try {
      subject.server.inject({ fault: '503', times: 'forever' })
      const reading = subject.github.readStatus(commit, 'Staging Deployment', never)
      await expect(reading).rejects.toThrow(
        /^The commit status cannot be read: 503 Service Unavailable \(5 attempts in \d+\.\d s\)\.$/,
      )
      subject.server.faults.clear()
      subject.server.inject({ operationId: 'repos/create-deployment', fault: '502', times: 'forever' })
      expect(await subject.github.startDeployment(deployment, never)).toMatchObject({
        reason: expect.stringMatching(
          /^The deployment was not written: 502 Bad Gateway \(3 attempts in \d+\.\d s\)\.$/,
        ),
      })
    } finally {
      await subject.server.close()
    }
  })
})
