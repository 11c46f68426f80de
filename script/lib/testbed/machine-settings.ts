import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeAtomically } from './files.ts'
import { unmountBelow } from './mounts.ts'

/** The names of network namespaces: anybody may have added one while the testbed was up. */
const namespaces = '/run/netns'

/** Paths outside our state that engines and the kubelet make, wherever they are told to keep their things. */
const paths = [
  '/etc/docker/key.json',
  '/opt/containerd',
  '/run/containerd',
  '/run/docker',
  namespaces,
  '/run/sshd',
  '/var/lib/cni',
  '/var/lib/kubelet',
  '/var/log/containers',
  '/var/log/pods',
]

/** Kernel settings that the testbed, the kubelet and kube-proxy change. */
const settings = [
  'kernel/keys/root_maxbytes',
  'kernel/keys/root_maxkeys',
  'kernel/panic',
  'kernel/panic_on_oops',
  'net/ipv4/conf/all/route_localnet',
  'net/ipv4/ip_forward',
  'net/ipv6/conf/all/forwarding',
  'vm/overcommit_memory',
]

/** Control groups, in every hierarchy, that engines leave behind empty. */
const controlGroups = ['buildkit', 'docker', 'kubepods', 'k8s.io']

interface Remembered {
  readonly paths: readonly string[]
  readonly settings: Readonly<Record<string, string>>
}

const fileOf = (state: string) => join(state, 'machine-before.json')
const settingFile = (name: string) => join('/proc/sys', name)

/** Writes down, once for the life of a state folder, what `restoreMachine` must not take away and what it puts back. */
export function rememberMachine(state: string): void {
  if (existsSync(fileOf(state))) return
  const known = settings.filter((name) => existsSync(settingFile(name)))
  const remembered: Remembered = {
    paths: paths.filter((path) => existsSync(path)),
    settings: Object.fromEntries(known.map((name) => [name, readFileSync(settingFile(name), 'utf8').trim()])),
  }
  mkdirSync(state, { recursive: true, mode: 0o755 })
  writeAtomically(fileOf(state), JSON.stringify(remembered, null, 2))
}

/** Puts settings back and removes the paths that were not there before. Does nothing without `rememberMachine`. */
export async function restoreMachine(state: string): Promise<void> {
  if (!existsSync(fileOf(state))) return
  const remembered = JSON.parse(readFileSync(fileOf(state), 'utf8')) as Remembered
  for (const path of paths.filter((candidate) => !remembered.paths.includes(candidate))) {
    if (path === namespaces && existsSync(path) && readdirSync(path).length > 0) continue
    await unmountBelow(path)
    rmSync(path, { recursive: true, force: true })
  }
  for (const [name, value] of Object.entries(remembered.settings)) {
    if (readFileSync(settingFile(name), 'utf8').trim() !== value) writeFileSync(settingFile(name), value)
  }
  const root = '/sys/fs/cgroup'
  if (!existsSync(root)) return
  const hierarchies = [root, ...readdirSync(root).map((name) => join(root, name))]
  for (const hierarchy of hierarchies) {
    for (const group of controlGroups) removeControlGroup(join(hierarchy, group))
  }
}

/** A group can only be removed from the inside out, and the kernel keeps one that still has a process in it. */
function removeControlGroup(folder: string): void {
  if (!existsSync(folder)) return
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeControlGroup(join(folder, entry.name))
  }
  try {
    rmdirSync(folder)
  } catch {
    // Somebody's process is in it: then it is not ours.
  }
}
