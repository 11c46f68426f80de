import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readTestbed } from '../../../../script/lib/testbed/description.ts'
import type { PolicySettings } from '../../../../src/config/config.ts'
import type { Finding } from '../../../../src/findings/index.ts'
import { runConftest } from '../../../../src/stages/deploy/policy/conftest.ts'
import { passGate } from '../../../../src/stages/scan/pass-gate.ts'
import { systemClock } from '../../../../src/systems/clock/clock.ts'
import { createHttp } from '../../../../src/systems/http/create-http.ts'
import { newFolder } from '../../../systems/new-folder.ts'
import { contextOf } from '../../../systems/kubernetes/manifests/source-context.ts'
import { parseYaml } from '../../../systems/kubernetes/testbed-cluster.ts'

const { bin } = readTestbed()
const signal = new AbortController().signal

const rules = `
package main

deny contains msg if {
  input.kind == "Deployment"
  container := input.spec.template.spec.containers[_]
  not contains(container.image, "@sha256:")
  msg := sprintf("container %s is not pinned", [container.name])
}

deny_owner contains result if {
  input.kind == "Deployment"
  not input.metadata.labels.owner
  result := {"msg": "has no owner", "id": "ACME-7", "severity": "critical", "url": "https://example.com/acme-7"}
}

warn contains "has a Secret" if input.kind == "Secret"

deny contains sprintf("leaks %s", [value]) if {
  some value in input.stringData
  value != "hidden"
}

exception contains ["owner"] if input.metadata.name == "old"
`

const manifests = parseYaml(`
apiVersion: apps/v1
kind: Deployment
metadata: { name: api, labels: { owner: shop } }
spec: { template: { spec: { containers: [{ name: api, image: 'api:latest' }] } } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: web, image: 'web@sha256:00' }] } } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: old }
spec: { template: { spec: { containers: [{ name: old, image: 'old@sha256:00' }] } } }
---
apiVersion: v1
kind: Secret
metadata: { name: login }
stringData: { password: swordfish }
`)

function checkout(files: Readonly<Record<string, string>>): string {
  const root = join(newFolder(), 'checkout')
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  return root
}

const settings: PolicySettings = {
  tool: 'conftest',
  paths: ['policy'],
  data: [],
  namespaces: undefined,
  rego: 'v1',
  failOn: 'high',
}

function ask(root: string, changes: Partial<PolicySettings> = {}, isCheckout = true) {
  const { files, processes } = contextOf(root, [], { path: `${bin}:/usr/bin` })
  const http = createHttp({ clock: systemClock, userAgent: 'stagegate-tests', env: {} })
  const systems = { files, processes, http, clock: systemClock }
  return runConftest({ ...settings, ...changes }, { root, isCheckout }, manifests, systems, signal).finally(
    () => {
      http.close()
      // The objects are gone, whatever happened.
      const temporary = join(dirname(root), 'temporary')
      expect(readdirSync(temporary)).toEqual([])
    },
  )
}

describe('rules of conftest', () => {
  test('are asked about every object, and say at which line of which file it is', async () => {
    const report = await ask(checkout({ 'policy/rules.rego': rules }))
    expect(report.evidence).toMatch(/^4 objects, \d+ checks$/)
    const shown = ({ rule, severity, message, file, line }: Finding) => ({
      rule,
      severity,
      message,
      file,
      line,
    })
    expect(report.findings.map(shown)).toEqual([
      {
        rule: 'main.deny',
        severity: 'high',
        message: 'Deployment api: container api is not pinned',
        file: 'test.yaml',
        line: 2,
      },
      {
        rule: 'ACME-7',
        severity: 'critical',
        message: 'Deployment shop/web: has no owner',
        file: 'test.yaml',
        line: 7,
      },
      {
        rule: 'main.warn',
        severity: 'medium',
        message: 'Secret login: has a Secret',
        file: 'test.yaml',
        line: 17,
      },
    ])
    expect(report.findings[1]?.url).toBe('https://example.com/acme-7')
  })

  test('close the gate at their threshold, with what is ignored left out', async () => {
    const report = await ask(checkout({ 'policy/rules.rego': rules }))
    const step = { signal, log: { info: () => undefined }, fact: () => undefined } as never
    const gate =
      (failOn: PolicySettings['failOn'], ...ids: readonly string[]) =>
      () => {
        const ignore = ids.map((id) => ({ id, reason: 'known', expires: '2026-12-31' }))
        passGate(report, { failOn }, ignore, '2026-11-23', step)
      }
    expect(gate('high')).toThrow('conftest has 2 findings of severity high or above.')
    expect(gate('medium', 'ACME-7')).toThrow('conftest has 2 findings of severity medium or above.')
    expect(gate('high', 'ACME-7', 'main.deny')).not.toThrow()
  })

  test('of another package are asked when it is named, with data and the older syntax', async () => {
    const root = checkout({
      'policy/rules.rego':
        'package shop.rules\ndeny[msg] { input.kind == data.forbidden[_]; msg := "is forbidden" }\n',
      'data/kinds.yaml': 'forbidden: [Secret]\n',
    })
    const report = await ask(root, { namespaces: ['shop.rules'], data: ['data'], rego: 'v0' })
    expect(report.findings.map((each) => `${each.rule} ${each.message}`)).toEqual([
      'shop.rules.deny Secret login: is forbidden',
    ])
  })

  test('of another repository are no findings of this one’s files', async () => {
    const report = await ask(checkout({ 'policy/rules.rego': rules }), {}, false)
    expect(report.findings.map((each) => each.file)).toEqual([undefined, undefined, undefined])
  })

  test.each([
    ['that do not parse', { 'policy/rules.rego': 'package main\ndeny[msg] { foo' }, /rego_parse_error/],
    ['that are not there', { 'policy/notes.txt': 'none' }, /no policies found/],
  ])('%s are a failure, never a pass', async (_what, files, message) => {
    await expect(ask(checkout(files))).rejects.toMatchObject({
      code: 'E_SCAN_NO_EVIDENCE',
      evidence: expect.arrayContaining([expect.stringMatching(message)]) as string[],
    })
  })

  test('that nobody asks are a failure too', async () => {
    const root = checkout({ 'policy/rules.rego': rules.replace('package main', 'package other') })
    await expect(ask(root)).rejects.toMatchObject({
      code: 'E_SCAN_NO_EVIDENCE',
      message: 'conftest asked no rule.',
    })
  })

  test('get no answer from the network, and no settings from the checkout', async () => {
    const root = checkout({
      'policy/rules.rego':
        'package main\ndeny contains "reached it" if http.send({"method": "GET", "url": "http://10.98.0.1:18080/"}).status_code > 0\nwarn contains "asked" if true\n',
      'conftest.toml': 'namespace = "nobody"\n',
    })
    const report = await ask(root)
    expect(new Set(report.findings.map((each) => each.rule))).toEqual(new Set(['main.warn']))
  })

  test('in a folder with a comma in its name are those of that folder, and of no other', async () => {
    // conftest reads the flag as a list: `policy,/elsewhere` would be two folders.
    const outside = newFolder()
    writeFileSync(join(outside, 'more.rego'), 'package main\nwarn contains "from outside" if true\n')
    writeFileSync(join(outside, 'data.yaml'), 'forbidden: [Deployment]\n')
    const root = checkout({
      [`policy,${outside}/rules.rego`]:
        'package main\ndeny contains "is forbidden" if input.kind == data.forbidden[_]\n',
      [`data,${outside}/kinds.yaml`]: 'forbidden: [Secret]\n',
    })
    const report = await ask(root, { paths: [`policy,${outside}`], data: [`data,${outside}`] })
    expect(report.findings.map((each) => each.message)).toEqual(['Secret login: is forbidden'])
  })

  test('behind a link that leads out of the checkout are refused', async () => {
    const root = checkout({ 'policy/rules.rego': rules })
    symlinkSync('/etc/hostname', join(root, 'policy/more.rego'))
    const { files, processes } = contextOf(root, [], { path: bin })
    const asked = runConftest(
      settings,
      { root, isCheckout: true },
      manifests,
      { files, processes } as never,
      signal,
    )
    await expect(asked).rejects.toMatchObject({ code: 'E_PATH_OUTSIDE' })
  })
})
