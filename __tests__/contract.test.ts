import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { inputDefinitions, inputNames } from '../src/inputs/input-definitions.ts'
import { readInputs } from '../src/inputs/index.ts'
import { asEnv } from './inputs/as-env.ts'

const root = join(import.meta.dirname, '..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

interface Described {
  readonly description: string
  readonly default?: string
  readonly required?: boolean
}
const action = parse(read('action.yml')) as {
  readonly inputs: Readonly<Record<string, Described>>
  readonly outputs: Readonly<Record<string, Described>>
  readonly runs: Readonly<Record<string, string>>
}

describe('action.yml', () => {
  it('has exactly the inputs that are read', () => {
    expect(Object.keys(action.inputs).sort()).toEqual([...inputNames].sort())
  })

  it('has their defaults', () => {
    const defaults = Object.fromEntries(inputNames.map((name) => [name, inputDefinitions[name].default]))
    const described = Object.fromEntries(
      Object.entries(action.inputs).map(([name, each]) => [name, each.default]),
    )
    expect(described).toEqual({ ...defaults, 'github-token': '${{ github.token }}' })
  })

  it('has defaults that are valid, and that mean the same as nothing', () => {
    const defaults = Object.fromEntries(
      Object.entries(action.inputs).map(([name, each]) => [
        name,
        name === 'github-token' ? '' : (each.default ?? ''),
      ]),
    )
    const fail = (text: string): void => {
      throw new Error(text)
    }
    expect(readInputs(asEnv(defaults), fail)).toEqual(readInputs({}, fail))
  })

  it('describes every input and output in a sentence, and requires none', () => {
    for (const each of [...Object.values(action.inputs), ...Object.values(action.outputs)]) {
      expect(each.description).toMatch(/^[A-Z`].*\.$/)
      expect(each.required ?? false).toBe(false)
    }
  })

  it('has exactly the outputs that are set', () => {
    const code = ['set-outputs.ts', 'run-plan.ts', 'jobs/open-call.ts', 'jobs/hand-over.ts']
      .map((name) => read(`src/main/${name}`))
      .join('')
    for (const name of Object.keys(action.outputs)) {
      expect(code).toMatch(new RegExp(`(?:^\\s*'?${name}'?:|setOutput\\('${name}')`, 'm'))
    }
  })

  it('runs on Node 24, and cleans up with a program of its own, whatever happened', () => {
    expect(action.runs).toEqual({
      using: 'node24',
      main: 'dist/index.js',
      post: 'dist/post/index.js',
      'post-if': 'always()',
    })
  })
})

describe('pipeline/action.yml, which the reusable workflow calls', () => {
  const second = parse(read('pipeline/action.yml')) as typeof action

  it('is action.yml, one folder below: the same inputs, outputs and bundle', () => {
    expect({ inputs: second.inputs, outputs: second.outputs }).toEqual({
      inputs: action.inputs,
      outputs: action.outputs,
    })
    const { main, post, ...same } = second.runs
    expect({ ...same, main: join('pipeline', main!), post: join('pipeline', post!) }).toEqual(action.runs)
  })
})

describe('the README', () => {
  it('lists every input and output', () => {
    const readme = read('README.md')
    for (const name of [...inputNames, ...Object.keys(action.outputs)])
      expect(readme).toContain(`| \`${name}\``)
  })
})
