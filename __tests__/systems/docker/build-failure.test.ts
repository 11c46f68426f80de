import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { explainBuildFailure, parseBuildFailure } from '../../../src/systems/docker/build-failure.ts'

/** What buildx 0.38 with BuildKit 0.34 wrote. */
function recorded(name: string): string {
  return readFileSync(join(import.meta.dirname, 'fixtures', `${name}.txt`), 'utf8')
}

describe('a failed build', () => {
  test('in a step is told by the lines of the Dockerfile and the last of its log', () => {
    expect(parseBuildFailure(recorded('failing-step'))).toEqual({
      message: 'process "/bin/sh -c echo one  && false" did not complete successfully: exit code: 1',
      where: 'Dockerfile:3',
      instruction: ['RUN echo one\\', '  && false'],
      log: ['0.058 one'],
    })
    expect(explainBuildFailure(recorded('failing-step'), 1)).toMatchObject({
      code: 'E_IMAGE_BUILD_FAILED',
      message: 'docker buildx build failed at Dockerfile:3 (exit 1).',
      state: 'Nothing was pushed.',
    })
  })

  test('by a mistake in the Dockerfile names the line', () => {
    expect(explainBuildFailure(recorded('unknown-instruction'), 1)).toMatchObject({
      message: 'docker buildx build failed at D2:2 (exit 1).',
      evidence: [
        'FRUM x',
        'dockerfile parse error on line 2: unknown instruction: FRUM (did you mean FROM?)',
      ],
    })
  })

  test('by a base image that may not be pulled says so', () => {
    expect(explainBuildFailure(recorded('base-image-refused'), 1)).toMatchObject({
      code: 'E_IMAGE_BUILD_FAILED',
      message: 'docker buildx build failed at Dockerfile:1 (exit 1).',
      evidence: ['FROM localhost:5000/base/node:24', expect.stringContaining('401 Unauthorized')],
    })
  })

  test('by a builder that does not answer is no fault of the Dockerfile', () => {
    expect(explainBuildFailure(recorded('builder-away'), 1)).toMatchObject({ code: 'E_BUILD_DAEMON' })
  })

  test('by a builder that cannot export names the remedy', () => {
    expect(explainBuildFailure(recorded('no-oci-export'), 1)).toMatchObject({
      code: 'E_BUILD_DAEMON',
      next: expect.stringContaining('docker/setup-buildx-action'),
    })
  })

  test('by a full disk says that', () => {
    const text = 'ERROR: failed to build: failed to solve: write /x: no space left on device'
    expect(explainBuildFailure(text, 1)).toMatchObject({ code: 'E_DISK_FULL' })
  })

  test('without a word still has a message', () => {
    expect(explainBuildFailure('', 137)).toMatchObject({
      code: 'E_IMAGE_BUILD_FAILED',
      message: 'docker buildx build failed (exit 137).',
    })
  })
})
