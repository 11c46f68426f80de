/** What holds where the configuration says nothing, and the source that the plan prints for it is `default`. */
export const defaults = {
  failOn: 'high',
  annotations: 500,
  timeouts: {
    prepare: '10m',
    build: '10m',
    test: '15m',
    scan: '15m',
    image: '20m',
    /** Waiting for the lock of another deployment, too. */
    start: '15m',
    configs: '5m',
    secrets: '2m',
    infrastructure: '15m',
    policy: '5m',
    manifests: '5m',
    rollout: '10m',
    migration: '10m',
    smoke: '3m',
  },
  image: {
    context: '.',
    file: 'Dockerfile',
    platforms: ['linux/amd64'],
    tags: ['v{version}-{environment}', 'sha-{sha}'],
    commitTag: 'keep',
  },
  deployOn: { push: ['main'], workflow_dispatch: true, release: true },
  /** `created` and `edited` do not deploy: correcting the text of an old release would deploy its commit. */
  releaseActions: ['published', 'released', 'prereleased'],
  configsPath: '.',
  chartHooks: 'refuse',
  rego: 'v1',
  rolloutLogs: 1,
  migration: { tool: 'flyway', locations: 'db/migration', when: 'after-rollout', keep: 1 },
  smokeStatus: 200,
} as const
