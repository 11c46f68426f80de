import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ArtifactFile } from '../../../src/systems/artifacts/artifacts.ts'
import { ForeignArchive, readZip } from '../../../src/systems/artifacts/read-zip.ts'
import { writeZip } from '../../../src/systems/artifacts/write-zip.ts'

const folder = mkdtempSync(join(tmpdir(), 'stagegate-zip-'))
let count = 0

function fileOf(name: string, content: Uint8Array): ArtifactFile {
  return {
    name,
    bytes: content.length,
    async *open() {
      yield await Promise.resolve(content)
    },
  }
}

async function archive(...files: readonly ArtifactFile[]): Promise<Buffer> {
  const written = await writeZip(files)
  const bytes = Buffer.concat(await Array.fromAsync(written.open()))
  expect(bytes).toHaveLength(written.bytes)
  return bytes
}

function store(bytes: Uint8Array): string {
  const path = join(folder, `${(count += 1)}.zip`)
  writeFileSync(path, bytes)
  return path
}

const any = () => true
const names = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9/._-]{0,30}[a-z]$/), {
  minLength: 1,
  maxLength: 6,
})

describe('an archive', () => {
  it('gives back every file as it was', async () => {
    await fc.assert(
      fc.asyncProperty(
        names,
        fc.array(fc.uint8Array({ maxLength: 200 }), { minLength: 6, maxLength: 6 }),
        async (some, contents) => {
          const path = store(await archive(...some.map((name, index) => fileOf(name, contents[index]!))))
          const files = await readZip(path, any)
          expect(files.map(({ name }) => name)).toEqual(some)
          for (const [index, file] of files.entries()) {
            expect(Buffer.concat(await Array.fromAsync(file.open()))).toEqual(Buffer.from(contents[index]!))
          }
        },
      ),
      { numRuns: 50 },
    )
  })

  it('is one that other programs read', async () => {
    const path = store(
      await archive(fileOf('result.json', Buffer.from('{"a":1}')), fileOf('blobs/x', Buffer.alloc(5))),
    )
    const listed = execFileSync(
      'python3',
      [
        '-c',
        'import sys,zipfile\nz=zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\nprint(z.namelist(), z.read("result.json"))',
        path,
      ],
      { encoding: 'utf8' },
    )
    expect(listed.trim()).toBe(`['result.json', 'blobs/x'] b'{"a":1}'`)
  })
})

describe('an archive of somebody else', () => {
  /** One of ours with some fields changed: of its first file's record (30 bytes in), its directory's, its end's. */
  const changed = async (
    change: (bytes: Buffer, central: number, end: number) => Buffer,
  ): Promise<string> => {
    const bytes = await archive(fileOf('a', Buffer.from('first')))
    const end = bytes.length - 22
    return store(change(bytes, bytes.readUInt32LE(end + 16), end))
  }
  const set = (...fields: readonly (readonly ['local' | 'central' | 'end', number, number])[]) =>
    changed((bytes, central, end) => {
      const starts = { local: 0, central, end }
      for (const [record, offset, value] of fields) bytes.writeUInt16LE(value, starts[record] + offset)
      return bytes
    })

  it('with nothing changed is one of ours', async () => {
    expect(await readZip(await set(), any)).toHaveLength(1)
  })

  it.each([
    ['a compressed file', () => set(['local', 8, 8], ['central', 10, 8])],
    ['an encrypted file', () => set(['local', 6, 0x0801], ['central', 8, 0x0801])],
    ['sizes that come later', () => set(['local', 6, 0x0808], ['central', 8, 0x0808])],
    ['a symbolic link', () => set(['central', 40, 0o120777])],
    ['an extra field', () => set(['central', 30, 4])],
    ['an extra field in a file alone', () => set(['local', 28, 4])],
    ['a comment on a file', () => set(['central', 32, 1])],
    ['another size in its directory', () => set(['central', 24, 4], ['central', 20, 4])],
    ['a file that starts elsewhere', () => set(['central', 42, 1])],
    ['a second disk', () => set(['end', 4, 1])],
    ['more files than there are', () => set(['end', 8, 2], ['end', 10, 2])],
    ['something behind its end', () => changed((bytes) => Buffer.concat([bytes, Buffer.from('x')]))],
    ['something before it', () => changed((bytes) => Buffer.concat([Buffer.from('x'), bytes]))],
  ])('with %s is refused', async (_, make) => {
    await expect(readZip(await make(), any)).rejects.toThrow(ForeignArchive)
  })

  it.each(['../a', '/etc/passwd', 'a/../../b', 'C:\\a', 'a\0b', 'A', ''])(
    'with the name %j is refused',
    async (name) => {
      const path = store(await archive(fileOf(name, Buffer.from('x'))))
      await expect(readZip(path, (each) => /^[a-z]+$/.test(each))).rejects.toThrow(ForeignArchive)
    },
  )

  it('with the same name twice is refused', async () => {
    const path = store(await archive(fileOf('a', Buffer.from('x')), fileOf('a', Buffer.from('y'))))
    await expect(readZip(path, any)).rejects.toThrow(ForeignArchive)
  })

  it('never gives more, or others, than its bytes say, whatever byte is changed', async () => {
    const whole = await archive(fileOf('a', Buffer.from('first')), fileOf('b', Buffer.from('second')))
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), async (at, byte) => {
        const changed = Buffer.from(whole)
        changed[at] = byte
        try {
          const files = await readZip(store(changed), (name) => name === 'a' || name === 'b')
          expect(files.map(({ name, bytes }) => [name, bytes])).toEqual([
            ['a', 5],
            ['b', 6],
          ])
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(ForeignArchive)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('that is cut is refused', async () => {
    const whole = await archive(fileOf('a', Buffer.from('first')))
    for (let length = 0; length < whole.length; length += 7) {
      await expect(readZip(store(whole.subarray(0, length)), any)).rejects.toThrow(ForeignArchive)
    }
  })
})
