import { readFileSync } from 'node:fs'
import { access, appendFile, constants, lstat, open, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { explainUnwritable } from './explain-unwritable.ts'

/** Of what somebody else wrote, so many bytes are looked at for names. */
const LOOKED_AT = 64 * 1024
const MAX_NAMES = 10

/**
 * A file that only this process is to write, though others can. It knows every byte that it has put there, and can make
 * the file so again. One thing is done after another.
 */
export class GuardedFile {
  readonly #path: string
  readonly #name: string
  /** What was there when it was opened; the base of everything. */
  #content: string
  /** A write of our own has failed, on a full disk: what is there now accuses nobody. */
  #torn = false
  #queue: Promise<unknown> = Promise.resolve()

  /**
   * @param path absolute; a file that is not there is an empty one
   * @param name what people know it by, such as GITHUB_STATE
   */
  constructor(path: string, name: string = basename(path)) {
    this.#path = path
    this.#name = name
    this.#content = readIfThere(path)
  }

  /** @throws StagegateError E_RUNNER_FILES where this user cannot write to it */
  async check(): Promise<void> {
    await this.#explained(async () => {
      const isThere = await lstat(this.#path).catch(() => undefined)
      await access(isThere === undefined ? dirname(this.#path) : this.#path, constants.W_OK)
    })
  }

  append(text: string): Promise<void> {
    return this.#next(async () => {
      await this.#write(() => appendFile(this.#path, text))
      this.#content += text
    })
  }

  replace(text: string): Promise<void> {
    return this.#next(async () => {
      await this.#write(() => writeFile(this.#path, text))
      this.#content = text
    })
  }

  /**
   * Makes the file what was written to it. What is in its place is removed, a link is not followed.
   *
   * @returns what was found instead, in words and without any value of it; undefined where nothing was
   */
  restore(): Promise<string | undefined> {
    return this.#next(async () => {
      const found = this.#torn ? undefined : await this.#explained(() => this.#compare())
      if (found === undefined) return undefined
      await this.#explained(async () => {
        await rm(this.#path, { recursive: true, force: true })
        await writeFile(this.#path, this.#content, { flag: 'wx' })
      })
      return found
    })
  }

  async #write(act: () => Promise<void>): Promise<void> {
    try {
      await this.#explained(act)
    } catch (thrown) {
      this.#torn = true
      throw thrown
    }
  }

  async #explained<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act()
    } catch (thrown) {
      throw await explainUnwritable(thrown, this.#name, this.#path)
    }
  }

  async #compare(): Promise<string | undefined> {
    const own = Buffer.from(this.#content)
    const stat = await lstat(this.#path).catch(() => undefined)
    if (stat === undefined) return own.length === 0 ? undefined : 'it was removed'
    if (!stat.isFile()) return 'something that is no file was put in its place'
    if (stat.size < own.length) return `${own.length - stat.size} bytes that Stagegate wrote were removed`
    if (stat.size === own.length && own.equals(await readFile(this.#path))) return undefined
    const added = stat.size - own.length
    const named = namesIn(await readFrom(this.#path, own.length))
    const what =
      added === 0 ? 'what Stagegate wrote was changed' : `${added} bytes that Stagegate did not write`
    return named.length === 0 ? what : `${what}; they name ${named.join(', ')}`
  }

  #next<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(act)
    this.#queue = done.catch(() => undefined)
    return done
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

async function readFrom(path: string, offset: number): Promise<string> {
  const handle = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(LOOKED_AT), 0, LOOKED_AT, offset)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await handle.close()
  }
}

/** Names of variables that would be set: of a value nothing is said, which could be a secret. */
function namesIn(text: string): readonly string[] {
  const names = text.matchAll(/^([A-Za-z_][\w-]{0,99})(?:=|<<)/gm)
  return [...new Set([...names].map(([, name = '']) => name))].slice(0, MAX_NAMES)
}
