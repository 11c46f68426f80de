import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readTestbed } from '../../../../../script/lib/testbed/description.ts'
import type { ManifestSet, ManifestSource } from '../../../../../src/systems/kubernetes/manifest-set.ts'
import { readManifests } from '../../../../../src/systems/kubernetes/manifests/read-manifests.ts'
import { newFolder } from '../../../new-folder.ts'
import { openTestbedCluster, type TestbedCluster } from '../../testbed-cluster.ts'
import { contextOf } from '../source-context.ts'

const { bin, renderers } = readTestbed()
const signal = new AbortController().signal
const fixtures = join(import.meta.dirname, '../../../../fixtures/manifests')

interface Key {
  readonly identity: string
  readonly recipient: string
}

function newKey(): Key {
  const text = execFileSync(renderers.ageKeygen, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  return { identity: /^AGE-SECRET-KEY-\S+$/m.exec(text)![0], recipient: /age1\S+/.exec(text)![0] }
}

const key = newKey()
const other = newKey()

/** What `sops encrypt` makes of a text, as its user does it. */
function encrypt(text: string, path: string, ...options: readonly string[]): string {
  const type = path.endsWith('.json') ? 'json' : 'yaml'
  const argv = [
    'encrypt',
    '--age',
    key.recipient,
    `--input-type=${type}`,
    `--output-type=${type}`,
    ...options,
    `--filename-override=${path}`,
  ]
  return execFileSync(renderers.sops, argv, { input: text, encoding: 'utf8' })
}

const secret = `apiVersion: v1
kind: Secret
metadata: { name: login }
stringData:
  username: shopkeeper
  password: correct-horse-battery
data:
  token: ${Buffer.from('hidden-in-base64').toString('base64')}
`
const values = '^(data|stringData)$'

function checkout(files: Readonly<Record<string, string>>): string {
  const root = join(newFolder(), 'checkout')
  cpSync(fixtures, root, { recursive: true })
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  return root
}

interface Reading extends ManifestSet {
  readonly hidden: readonly string[]
}

async function read(
  root: string,
  source: string | ManifestSource,
  options: Parameters<typeof contextOf>[2] = {},
): Promise<Reading> {
  const hidden: string[] = []
  const context = contextOf(root, [source], {
    path: `${bin}:/usr/bin`,
    ageKeys: [key.identity],
    onSecret: (value) => hidden.push(value),
    ...options,
  })
  try {
    return { ...(await readManifests(context)), hidden }
  } finally {
    // Nothing in the clear is left behind: no file at all is.
    expect(
      readdirSync(dirname(root), { recursive: true, withFileTypes: true }).filter(
        (each) => each.isFile() && each.parentPath.includes('temporary'),
      ),
    ).toEqual([])
  }
}

async function problem(...argv: Parameters<typeof read>): Promise<string> {
  return read(...argv).then(
    () => expect.fail('it was read'),
    (thrown: unknown) => {
      expect(thrown).toMatchObject({ code: 'E_MANIFEST_INVALID', state: 'Nothing was applied.' })
      return (thrown as { readonly evidence: readonly string[] }).evidence.join('\n')
    },
  )
}

describe('an encrypted file', () => {
  test('is decrypted, and each of its values is known to the redactor', async () => {
    const root = checkout({ 'k8s/login.yaml': encrypt(secret, 'login.yaml', `--encrypted-regex=${values}`) })
    const { manifests, hidden, notes } = await read(root, 'k8s')
    expect(manifests).toEqual([
      {
        object: {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'login' },
          stringData: { username: 'shopkeeper', password: 'correct-horse-battery' },
          data: { token: 'aGlkZGVuLWluLWJhc2U2NA==' },
        },
        source: 'k8s/login.yaml (decrypted, line 1)',
      },
    ])
    expect(hidden).toEqual(
      expect.arrayContaining([
        'shopkeeper',
        'correct-horse-battery',
        'aGlkZGVuLWluLWJhc2U2NA==',
        'hidden-in-base64',
      ]),
    )
    expect(notes).toEqual([])
  })

  test('may be JSON, encrypted as a whole, or of several documents', async () => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { b: 'a secret' } }
    const root = checkout({
      'k8s/a.json': encrypt(JSON.stringify(object), 'a.json'),
      'k8s/b.yaml': encrypt(
        `${secret}---\n${secret.replace('name: login', 'name: second')}`,
        'b.yaml',
        `--encrypted-regex=${values}`,
      ),
    })
    const { manifests, hidden } = await read(root, 'k8s')
    expect(manifests.map((each) => each.object.metadata.name)).toEqual(['a', 'login', 'second'])
    expect(manifests[0]?.object).toEqual(object)
    expect(hidden).toContain('a secret')
  })

  test('that has errors inside has them told, with its name', async () => {
    const root = checkout({
      'a.yaml': encrypt(secret.replace('name: login', 'uid: x'), 'a.yaml', `--encrypted-regex=${values}`),
    })
    expect(await problem(root, 'a.yaml')).toBe(
      'a.yaml (decrypted, line 1): metadata.name is missing or no text',
    )
  })

  test('without a key is refused, and says for whom it is and how to give a key', async () => {
    const root = checkout({ 'a.yaml': encrypt(secret, 'a.yaml') })
    const told = await problem(root, 'a.yaml', { ageKeys: [] })
    expect(told).toContain(
      `a.yaml: is encrypted with SOPS for ${key.recipient}, and there is no key: give one with the input sops-age-key`,
    )
  })

  test('without a key is left out where that is asked for, and said', async () => {
    const root = checkout({ 'k8s/a.yaml': encrypt(secret, 'a.yaml'), 'k8s/b.yaml': secret })
    const { manifests, notes } = await read(root, 'k8s', { ageKeys: [], encrypted: 'leave-out' })
    expect(manifests).toHaveLength(1)
    expect(notes).toEqual([expect.stringMatching(/^k8s\/a\.yaml: left out: it is encrypted/)])
  })

  test('with another key is refused, and any of several keys may fit', async () => {
    const root = checkout({ 'a.yaml': encrypt(secret, 'a.yaml') })
    expect(await problem(root, 'a.yaml', { ageKeys: [other.identity] })).toBe(
      `a.yaml: is encrypted for ${key.recipient}; the given key is not one of these`,
    )
    await expect(read(root, 'a.yaml', { ageKeys: [other.identity, key.identity] })).resolves.toMatchObject({
      manifests: [{}],
    })
  })

  test('that was changed afterwards is refused', async () => {
    const text = encrypt(secret, 'a.yaml', `--encrypted-regex=${values}`)
    const root = checkout({ 'a.yaml': text.replace('name: login', 'name: forged') })
    expect(await problem(root, 'a.yaml')).toMatch(/^a\.yaml: was changed after it had been encrypted/)
  })

  test('that names a server for its key is refused: nobody is asked', async () => {
    const text = encrypt(secret, 'a.yaml')
    const root = checkout({
      'a.yaml': text.replace(
        'sops:\n',
        'sops:\n    hc_vault: [{ vault_address: "http://127.0.0.1:1", engine_path: a, key_name: b, enc: c }]\n',
      ),
    })
    expect(await problem(root, 'a.yaml')).toBe(
      'a.yaml: is encrypted for hc_vault too; only age keys are used',
    )
  })

  test('in a kustomization is refused, since only files are decrypted', async () => {
    const root = checkout({
      'k/kustomization.yaml': 'resources: [a.yaml]\n',
      'k/a.yaml': encrypt(secret, 'a.yaml', `--encrypted-regex=${values}`),
    })
    expect(await problem(root, 'k')).toMatch(/is encrypted with SOPS; name its file itself/)
  })

  test('needs sops', async () => {
    const root = checkout({ 'a.yaml': encrypt(secret, 'a.yaml') })
    await expect(read(root, 'a.yaml', { path: '' })).rejects.toMatchObject({
      code: 'E_TOOL_MISSING',
      next: expect.stringContaining('getsops/sops') as string,
    })
  })

  test('of values goes into its chart through a pipe', async () => {
    const root = checkout({ 'secrets.yaml': encrypt('password: correct-horse-battery\n', 'secrets.yaml') })
    const chart: ManifestSource = {
      kind: 'chart',
      path: 'chart',
      release: 'web',
      values: ['chart/staging.yaml', 'secrets.yaml'],
      hooks: 'refuse',
    }
    const { manifests, hidden } = await read(root, chart)
    const rendered = manifests.find((each) => each.object.kind === 'Secret')
    expect(rendered?.object.stringData).toEqual({ password: 'correct-horse-battery' })
    expect(rendered?.source).toMatch(/^chart\/templates\/secret\.yaml/)
    expect(hidden).toEqual(['correct-horse-battery'])
    expect(readFileSync(join(root, 'secrets.yaml'), 'utf8')).not.toContain('horse')
  })
})

describe('on the cluster', () => {
  let bed: TestbedCluster

  beforeAll(async () => {
    bed = await openTestbedCluster('decrypt')
  })
  afterAll(() => bed.close())

  test('a decrypted Secret arrives', async () => {
    const root = checkout({ 'a.yaml': encrypt(secret, 'a.yaml', `--encrypted-regex=${values}`) })
    const { manifests } = await read(root, 'a.yaml')
    await bed.cluster.apply(manifests, {
      namespace: bed.namespace,
      dryRun: false,
      signal,
      onApplied: () => undefined,
    })
    const live = await bed.cluster.get(
      { apiVersion: 'v1', kind: 'Secret', name: 'login', namespace: bed.namespace },
      signal,
    )
    const data = (live as unknown as { readonly data: Readonly<Record<string, string>> }).data
    expect(Buffer.from(data.password ?? '', 'base64').toString()).toBe('correct-horse-battery')
  })
})
