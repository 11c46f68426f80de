import { randomUUID } from 'node:crypto'
import { dirname, join } from 'node:path'
import { systemClock } from '../../../../src/systems/clock/clock.ts'
import type { ManifestRequest, ManifestSource } from '../../../../src/systems/kubernetes/manifest-set.ts'
import type { SourceContext } from '../../../../src/systems/kubernetes/manifests/sources/source-reading.ts'
import { createFiles } from '../../../../src/systems/runner/node-files.ts'
import { createProcesses } from '../../../../src/systems/runner/spawn-processes.ts'

interface ContextOptions extends Partial<ManifestRequest> {
  /** Where programs are looked for; none are found without it. */
  readonly path?: string
  readonly onSecret?: (value: string) => void
}

/** A real context of the readers of manifests, for a checkout; temporary files go beside it. */
export function contextOf(
  root: string,
  sources: readonly (string | ManifestSource)[],
  { path = '', onSecret = () => undefined, ...request }: ContextOptions = {},
): SourceContext {
  const env = { PATH: path, HOME: '/nonexistent', HELM_PLUGINS: '/nonexistent', TMPDIR: process.env.TMPDIR }
  return {
    request: {
      root,
      sources: sources.map((each) => (typeof each === 'string' ? { kind: 'path', path: each } : each)),
      namespace: 'staging',
      release: 'api',
      allow: { namespaces: undefined, kinds: undefined },
      ageKeys: [],
      encrypted: 'refuse',
      cluster: {
        version: () => Promise.resolve('v1.34.1'),
        apiVersions: () => Promise.resolve(['v1', 'apps/v1', 'apps/v1/Deployment']),
      },
      signal: new AbortController().signal,
      ...request,
    },
    files: createFiles({ temporary: join(dirname(root), 'temporary') }),
    processes: createProcesses({
      clock: systemClock,
      env,
      holdsSecret: () => false,
      runMark: randomUUID(),
    }),
    secrets: { add: onSecret },
  }
}
