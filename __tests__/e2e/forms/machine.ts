import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestbedDescription } from '../../../script/lib/testbed/description.ts'

/**
 * What stands before a program so that it sees a machine of its own: a Linux user that exists nowhere else, and mounts in
 * which the home of whoever runs the tests is empty but for the tools that a runner's image has, which it cannot change.
 */
export function machineOf(user: number, testbed: TestbedDescription): readonly string[] {
  const tools = toolFolders(testbed)
  const steps = [
    'set -e',
    'keep=$(mktemp -d)',
    ...tools.flatMap((folder, index) => [
      `mkdir "$keep/${index}"`,
      `mount --bind '${folder}' "$keep/${index}"`,
    ]),
    `mount -t tmpfs -o mode=755 tmpfs '${homedir()}'`,
    ...tools.flatMap((folder, index) => [
      `mkdir -p '${folder}'`,
      `mount --bind "$keep/${index}" '${folder}'`,
      `mount -o remount,ro,bind '${folder}'`,
      `umount "$keep/${index}" && rmdir "$keep/${index}"`,
    ]),
    'rmdir "$keep"',
    // A runner reads a pipe, which its user may open again; Node would have a socket there.
    'status=$(mktemp)',
    '{',
    `  chown ${user} /proc/self/fd/1`,
    '  set +e',
    `  setpriv --reuid=${user} --regid=${user} --clear-groups --no-new-privs -- "$@" 2>&1`,
    '  echo $? > "$status"',
    '} | cat',
    'exit "$(cat "$status"; rm "$status")"',
  ]
  // bash, since dash drops variables with a hyphen in their names, as those of the inputs have.
  return ['unshare', '--mount', '--', 'bash', '-c', steps.join('\n'), 'machine']
}

/** Folders below the home that the testbed's programs stand in, with the Python that some of them run on. */
function toolFolders({ bin, cache }: TestbedDescription): readonly string[] {
  const pythons = ['semgrep', 'schemathesis'].map((tool) => {
    const interpreter = join(dirname(realpathSync(join(bin, tool))), 'python')
    return dirname(dirname(realpathSync(interpreter)))
  })
  return [...new Set([cache, ...pythons])].filter((folder) => folder.startsWith(`${homedir()}/`))
}

/** Ends all processes of the users from `first` to `last`, and waits until they are gone. */
export function endUsers(first: number, last: number): void {
  for (let left = usersProcesses(first, last); left.length > 0; left = usersProcesses(first, last)) {
    for (const pid of left) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It has ended.
      }
    }
    execFileSync('sleep', ['0.05'])
  }
}

function usersProcesses(first: number, last: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && existsSync(`/proc/${name}/status`))
    .filter((pid) => {
      try {
        const text = readFileSync(`/proc/${pid}/status`, 'utf8')
        const user = Number(/^Uid:\s*(\d+)/m.exec(text)?.[1])
        return user >= first && user <= last && !/^State:\s*Z/m.test(text)
      } catch {
        return false
      }
    })
    .map(Number)
}
