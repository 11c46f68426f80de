import { connect } from 'node:net'
import { join } from 'node:path'
import { ports } from '../addresses.ts'
import { run, tryCommand } from '../command.ts'
import { programPath } from '../debian-packages.ts'
import { writeAtomically } from '../files.ts'
import { buildGoTool } from '../go-tool.ts'
import { folderOf, linkPrograms, sectionOf, type Part, type PartContext } from '../part.ts'

const builder = 'stagegate'

/** buildx with a BuildKit of our own: the engine's builder has no attestations, no OCI layouts, no cache export. */
export const buildkit: Part<'buildkit'> = {
  name: 'buildkit',
  title: 'BuildKit and buildx',
  needs: ['docker'],
  programs: ['runc', 'docker'],
  async up(context) {
    const daemon = linkPrograms(context, await buildGoTool('buildkit', context.paths, context.progress))
    const plugin = await buildGoTool('buildx', context.paths, context.progress)
    const folder = folderOf(context, 'buildkit')
    const socket = join(folder, 'buildkitd.sock')
    const configuration = renderConfiguration(folder)
    writeAtomically(join(folder, 'buildkitd.toml'), configuration)
    await context.processes.ensure({
      name: 'buildkitd',
      part: 'buildkit',
      argv: [
        ...([daemon, '--config', join(folder, 'buildkitd.toml'), '--addr', `unix://${socket}`] as const),
        ...['--root', join(folder, 'root')],
      ],
      configuration: [configuration],
      ready: () => connectTo(socket),
    })
    await ensureBuilder(context, join(plugin, 'buildx'), `unix://${socket}`)
    return { address: `unix://${socket}`, builder }
  },
}

/**
 * The machine's network for `RUN`: a build may fetch packages, and needs no network of its own. runc as the worker: a
 * second containerd would cost memory and gain nothing.
 */
function renderConfiguration(folder: string): string {
  return `insecure-entitlements = ["network.host"]

[otel]
  socketPath = "${folder}/otel.sock"

[worker.oci]
  enabled = true
  binary = "${programPath('runc')}"
  networkMode = "host"
  snapshotter = "overlayfs"

[worker.containerd]
  enabled = false

[registry."localhost:${ports.registry}"]
  http = true
`
}

async function ensureBuilder(context: PartContext, plugin: string, address: string): Promise<void> {
  const { config, host } = sectionOf(context, 'docker')
  linkPrograms(context, join(plugin, '..'), ['buildx'])
  const plugins = folderOf(context, 'docker', 'config', 'cli-plugins')
  await run(['ln', '-sfn', plugin, join(plugins, 'docker-buildx')])
  const env = {
    DOCKER_CONFIG: config,
    DOCKER_HOST: host,
    BUILDX_BUILDER: undefined,
    BUILDX_CONFIG: undefined,
  }
  const found = await tryCommand(['docker', 'buildx', 'inspect', builder], { env })
  if (found.exitCode === 0 && found.stdout.includes(address)) return
  if (found.exitCode === 0) await run(['docker', 'buildx', 'rm', builder], { env })
  await run(['docker', 'buildx', 'create', '--name', builder, '--driver', 'remote', '--use', address], {
    env,
  })
}

function connectTo(socket: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const connection = connect(socket, () => {
      connection.destroy()
      resolve()
    })
    connection.on('error', reject)
  })
}
