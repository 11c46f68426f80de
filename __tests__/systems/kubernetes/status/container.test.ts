import { describe, expect, test } from 'vitest'
import { judgeContainer } from '../../../../src/systems/kubernetes/status/container.ts'

const waiting = (reason: string, message = '') => ({
  name: 'main',
  restartCount: 0,
  state: { waiting: { reason, message } },
})
const crashed = (restartCount: number, exitCode = 1, reason = 'Error') => ({
  name: 'main',
  restartCount,
  state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s' } },
  lastState: { terminated: { exitCode, reason } },
})

describe('a container', () => {
  test.each([
    ['InvalidImageName', 'couldn’t parse image', 0],
    ['ErrImageNeverPull', 'not present', 0],
    ['ErrImagePull', 'rpc error: localhost:5000/none:1: not found', 0],
    ['ImagePullBackOff', 'Back-off pulling image "x": ErrImagePull: manifest unknown', 0],
    ['ErrImagePull', 'dial tcp: i/o timeout', 22_000],
    ['CreateContainerConfigError', 'secret "a" not found', 2_000],
    ['RunContainerError', 'exec: "nope": executable file not found in $PATH', 2_000],
    ['CreateContainerError', 'device busy', 22_000],
  ])('that waits with %s (%s) is in trouble for good after %d ms', (reason, message, graceMs) => {
    expect(judgeContainer(waiting(reason, message), 0)).toMatchObject({ reason, graceMs })
  })

  test.each([
    ['ContainerCreating', ''],
    ['PodInitializing', ''],
    ['CreateContainerConfigError', 'failed to sync configmap cache: timed out waiting for the condition'],
  ])('that waits with %s %s is in no trouble', (reason, message) => {
    expect(judgeContainer(waiting(reason, message), 0)).toBeUndefined()
  })

  test('that crashed is in trouble from its second restart on', () => {
    expect(judgeContainer(crashed(0), 0)).toBeUndefined()
    expect(judgeContainer(crashed(1), 0)).toBeUndefined()
    expect(judgeContainer(crashed(2, 137, 'OOMKilled'), 0)).toEqual({
      trouble: 'crash',
      reason: 'OOMKilled',
      text: 'CrashLoopBackOff, exit 137 (OOMKilled), 2 restarts',
      graceMs: 0,
    })
  })

  test('whose restarts are of before the watch has to crash once more', () => {
    expect(judgeContainer(crashed(7), 7)).toBeUndefined()
    expect(judgeContainer(crashed(8), 7)).toMatchObject({ trouble: 'crash' })
  })

  test('that runs, or has ended well, is in no trouble whatever it did before', () => {
    const before = { restartCount: 9, lastState: { terminated: { exitCode: 1 } } }
    expect(judgeContainer({ name: 'a', ...before, state: { running: {} } }, 0)).toBeUndefined()
    expect(
      judgeContainer({ name: 'a', ...before, state: { terminated: { exitCode: 0 } } }, 0),
    ).toBeUndefined()
    expect(judgeContainer({ name: 'a' }, 0)).toBeUndefined()
  })
})
