import { join } from 'node:path'

/** The files of one play, all but its connections in a folder of its own (0700) that is removed with it. */
export interface PlayFiles {
  readonly folder: string
  readonly config: string
  readonly plugins: string
  readonly events: string
  readonly variables: string
  readonly knownHosts: string
  readonly privateKey: string
  /** For the sockets of shared connections; undefined where no short enough folder could be made. */
  readonly connections: string | undefined
  readonly localTemp: string
}

export function playFiles(folder: string, connections: string | undefined): PlayFiles {
  return {
    folder,
    config: join(folder, 'ansible.cfg'),
    plugins: join(folder, 'callback'),
    events: join(folder, 'events.jsonl'),
    variables: join(folder, 'variables.json'),
    knownHosts: join(folder, 'known_hosts'),
    privateKey: join(folder, 'ssh-key'),
    connections,
    localTemp: join(folder, 'tmp'),
  }
}

/** What the runner may set about Ansible: where its collections and roles are. All else is decided here. */
const KEPT = new Set(['ANSIBLE_COLLECTIONS_PATH', 'ANSIBLE_COLLECTIONS_PATHS', 'ANSIBLE_ROLES_PATH'])

/**
 * The environment of ansible-playbook: no configuration file but our own empty one, host keys verified, a live log for
 * people and our callback for the result. Pure.
 */
export function playEnvironment(
  base: Readonly<Record<string, string>>,
  files: PlayFiles,
  hasKey: boolean,
): Record<string, string> {
  const inherited = Object.entries(base).filter(([name]) => !name.startsWith('ANSIBLE_') || KEPT.has(name))
  return {
    ...Object.fromEntries(inherited),
    PYTHONUNBUFFERED: '1',
    ANSIBLE_CONFIG: files.config,
    ANSIBLE_LOCAL_TEMP: files.localTemp,
    ANSIBLE_CALLBACK_PLUGINS: files.plugins,
    ANSIBLE_CALLBACKS_ENABLED: 'stagegate',
    ANSIBLE_STDOUT_CALLBACK: 'default',
    STAGEGATE_ANSIBLE_EVENTS: files.events,
    ANSIBLE_NOCOLOR: '1',
    ANSIBLE_RETRY_FILES_ENABLED: 'False',
    ANSIBLE_HOST_KEY_CHECKING: 'True',
    ANSIBLE_SSH_RETRIES: '0',
    ...(files.connections === undefined ? {} : { ANSIBLE_SSH_CONTROL_PATH_DIR: files.connections }),
    ANSIBLE_SSH_ARGS: sshArguments(files),
    ...(hasKey ? { ANSIBLE_PRIVATE_KEY_FILE: files.privateKey } : {}),
  }
}

/**
 * ssh's own options, quoted as Ansible splits them (shlex) and as ssh reads a path. ssh takes the first value that it is
 * given for an option, so these stand before whatever an inventory adds. Pure.
 */
export function sshArguments(files: PlayFiles): string {
  const options = [
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile="${files.knownHosts}"`,
    'GlobalKnownHostsFile=/dev/null',
    'UpdateHostKeys=no',
    'IdentitiesOnly=yes',
    'BatchMode=yes',
    'ConnectTimeout=10',
    'ServerAliveInterval=15',
    'ServerAliveCountMax=4',
    ...(files.connections === undefined
      ? ['ControlMaster=no']
      : ['ControlMaster=auto', 'ControlPersist=30s']),
  ]
  return ['-F', '/dev/null', ...options.flatMap((each) => ['-o', `'${each}'`])].join(' ')
}
