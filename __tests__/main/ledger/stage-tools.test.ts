import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Config } from '../../../src/config/config.ts'
import { createStageTools, listTools } from '../../../src/main/ledger/stage-tools.ts'
import { systemClock } from '../../../src/systems/clock/clock.ts'
import { createProcesses } from '../../../src/systems/runner/spawn-processes.ts'
import { newFolder } from '../../systems/new-folder.ts'
import { configOf } from '../config-of.ts'

const never = new AbortController().signal
const command = (...run: string[]) => ({
  ...{ configured: true, source: 'default', critical: true, timeoutMs: 60_000, run, shell: 'bash' },
  ...{ workingDirectory: '/', env: {}, reports: [] },
})

function configWith(compile: object, more: Partial<Config> = {}): Config {
  const { build } = configOf()
  return configOf({ build: { ...build, compile } as Config['build'], ...more })
}

/** Tools on a PATH of their own: name → what they do. */
function toolsOn(scripts: Readonly<Record<string, string>>, config: Config) {
  const folder = newFolder()
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  const temporary = join(folder, 'temporary')
  mkdirSync(temporary)
  const processes = createProcesses({
    clock: systemClock,
    env: { PATH: folder },
    holdsSecret: () => false,
    runMark: 'test',
  })
  const platform = { os: 'linux', arch: 'x64' }
  return { tools: createStageTools({ ...config, temporary }, processes, platform, never), folder }
}

describe('the tools of a stage', () => {
  test.each<[string, string[], string[]]>([
    ['the first word', ['npm ci'], ['node', 'npm']],
    [
      'what follows an operator',
      ['cd x && CI=1 go build ./... | tee log; cargo test'],
      ['cargo', 'go', 'rustc'],
    ],
    ['what it runs on', ['mvn -B verify'], ['java', 'mvn']],
    ['no word of an argument', ['echo node npm go'], []],
    ['no program of the commit itself', ['./gradlew build', './node_modules/.bin/tsc', '../go'], []],
  ])('are %s', (_, run, expected) => {
    expect(listTools(configWith(command(...run)), 'build')).toEqual(expected)
  })

  test('are the scanners of scan, buildx for the image, and none for other stages', () => {
    const scanner = { configured: true, source: '', critical: true, timeoutMs: 1 }
    const config = configOf()
    const scan = { ...config.scan, sast: { ...scanner, tool: 'semgrep' } } as never
    expect(listTools(configOf({ scan }), 'scan')).toEqual(['semgrep'])
    expect(listTools(config, 'image')).toEqual(['docker'])
    expect(listTools(config, 'deploy')).toEqual([])
  })

  test('say their versions, each asked once', async () => {
    const { tools, folder } = toolsOn(
      {
        node: 'echo v24.1.0; echo asked >> "$PWD/../asked"',
        npm: 'echo 11.19.1',
        go: 'test "$1" = version && echo "go version go1.26.0 linux/amd64"',
        java: 'echo \'openjdk version "17.0.2" 2022-01-18\' >&2',
        mvn: 'echo "a tool that does not work"; exit 1',
      },
      configWith(command('npm ci', 'go build', 'mvn verify', 'yarn x')),
    )
    const expected = {
      ...{ go: '1.26.0', java: '17.0.2', mvn: 'unknown', node: '24.1.0', npm: '11.19.1', yarn: 'none' },
      platform: 'linux/x64',
    }
    expect(await tools.of('build')).toEqual(expected)
    expect(await tools.of('test')).toEqual({ platform: 'linux/x64' })
    expect(await tools.of('build')).toEqual(expected)
    expect(readFileSync(join(folder, 'asked'), 'utf8')).toBe('asked\n')
  })
})
