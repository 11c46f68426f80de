import { join } from 'node:path'
import { ports } from '../addresses.ts'
import { requestOk } from '../http.ts'
import type { Part } from '../part.ts'

const server = join(import.meta.dirname, '../../../../__tests__/systems/github/serve.ts')

/** A GitHub API that keeps state and checks every request against the official description. */
export const github: Part<'github'> = {
  name: 'github',
  title: 'GitHub API',
  needs: [],
  programs: ['git'],
  async up(context) {
    const url = `http://127.0.0.1:${ports.github}`
    await context.processes.ensure({
      name: 'github',
      part: 'github',
      argv: [process.execPath, server, '--host', '127.0.0.1', '--port', String(ports.github)],
      listens: [`127.0.0.1:${ports.github}`],
      ready: () => requestOk(`${url}/_testbed/requests`),
    })
    return { url }
  },
}
