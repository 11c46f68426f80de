import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A login with which base images are pulled; the client answers for it, so that no step of the build sees it. */
export interface PullLogin {
  /** As in image names: `ghcr.io`, `localhost:5000`. */
  readonly registry: string
  readonly username: string
  readonly password: string
}

/**
 * Makes a folder for `DOCKER_CONFIG` that is the runner's own (its builders, contexts and plugins) with one login more.
 * The caller removes it.
 *
 * @param original the runner's folder, which need not exist
 * @param folder absolute; must not exist yet, is made with 0700
 */
export async function writeClientConfig(original: string, folder: string, login: PullLogin): Promise<void> {
  await mkdir(folder, { mode: 0o700 })
  const entries = await readdir(original).catch(() => [])
  for (const entry of entries.filter((each) => each !== 'config.json')) {
    await symlink(join(original, entry), join(folder, entry))
  }
  const text = await readFile(join(original, 'config.json'), 'utf8').catch(() => '{}')
  await writeFile(join(folder, 'config.json'), JSON.stringify(withLogin(parseObject(text), login)), {
    mode: 0o600,
    flag: 'wx',
  })
}

/** The empty helper makes the client read the login from the file, though another store is set for the rest. Pure. */
export function withLogin(config: Record<string, unknown>, login: PullLogin): Record<string, unknown> {
  const key = login.registry === 'docker.io' ? 'https://index.docker.io/v1/' : login.registry
  const auth = Buffer.from(`${login.username}:${login.password}`).toString('base64')
  const stored = 'credsStore' in config || 'credHelpers' in config
  return {
    ...config,
    auths: { ...toObject(config.auths), [key]: { auth } },
    ...(stored ? { credHelpers: { ...toObject(config.credHelpers), [key]: '' } } : {}),
  }
}

function parseObject(text: string): Record<string, unknown> {
  try {
    return toObject(JSON.parse(text))
  } catch {
    return {}
  }
}

function toObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
