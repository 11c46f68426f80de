import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'

import { createRunnerFiles, renderVariable } from '../../../src/systems/runner/runner-files.ts'

/** A port of the runner's own reader: FileCommandManager.cs, EnvFileKeyValuePairs. */
function parseVariables(text: string): Map<string, string> {
  const found = new Map<string, string>()
  const lines = text.split('\n')
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    if (line === '') continue
    const heredoc = line.indexOf('<<')
    const name = line.slice(0, heredoc)
    const delimiter = line.slice(heredoc + 2)
    const end = lines.indexOf(delimiter, at + 1)
    found.set(name, lines.slice(at + 1, end).join('\n'))
    at = end
  }
  return found
}

it('Outputs, state and summary are written where the runner reads them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'stagegate-runner-files-'))
  const [output, state, summary] = ['output', 'state', 'summary'].map((name) => join(folder, name))
  for (const path of [output!, state!, summary!]) await writeFile(path, '')
  const files = createRunnerFiles({
    GITHUB_OUTPUT: output,
    GITHUB_STATE: state,
    GITHUB_STEP_SUMMARY: summary,
  })
  await files.setOutput('image-digest', 'sha256:1')
  await files.setOutput('plan', 'two\nlines')
  await files.saveState('saved', '{}')
  await files.writeSummary('# One')
  await files.writeSummary('# Two')
  const outputs = parseVariables(await readFile(output!, 'utf8'))
  expect(Object.fromEntries(outputs)).toEqual({ 'image-digest': 'sha256:1', plan: 'two\nlines' })
  expect(parseVariables(await readFile(state!, 'utf8')).get('saved')).toBe('{}')
  expect(await readFile(summary!, 'utf8')).toBe('# Two')
  await rm(folder, { recursive: true })
})

it('Without a runner nothing is written', async () => {
  const files = createRunnerFiles({})
  await files.setOutput('a', 'b')
  await files.saveState('a', 'b')
  await files.writeSummary('c')
})

it('No value can end itself and set another variable', () => {
  const lines = fc.array(fc.oneof(fc.string(), fc.constantFrom('<<EOF', 'EOF', 'x=y', 'stagegate_', '')))
  fc.assert(
    fc.property(lines, (parts) => {
      const value = parts.join('\n').replaceAll('\r', '')
      const text = renderVariable('one', value, 'stagegate_random')
      expect([...parseVariables(text)]).toEqual([['one', value]])
    }),
  )
  expect(() => renderVariable('one', 'a stagegate_random', 'stagegate_random')).toThrow('its own delimiter')
  expect(() => renderVariable('one\nPATH', 'a', 'stagegate_random')).toThrow('no name')
})
