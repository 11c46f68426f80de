import type { Config } from '../../src/config/config.ts'

const notConfigured = { configured: false, reason: 'not configured' } as const
export const headCommit = 'c'.repeat(40)
export const digest = `sha256:${'d'.repeat(64)}`

/** A whole configuration with an image and a deployment; a test changes what it is about. */
export function configOf(more: Partial<Config> = {}): Config {
  const each = { configured: true, source: 'default', critical: true, timeoutMs: 60_000 } as const
  return {
    service: 'ai-gen-service',
    version: 'v1.1.0',
    versionSource: 'package.json',
    environment: 'staging',
    trigger: {
      event: 'push',
      action: undefined,
      repository: 'acme/ai-gen-service',
      headCommit,
      commit: headCommit,
      ref: 'refs/heads/main',
      branch: 'main',
      tag: undefined,
      mayBeTag: false,
      pullRequest: undefined,
      untrusted: undefined,
      foreignCommit: undefined,
      deploysNothing: undefined,
      nothingToDo: undefined,
      run: {
        id: '77',
        attempt: 2,
        number: 12,
        workflow: 'staging',
        workflowPath: '.github/workflows/staging.yml',
        job: 'staging',
        actor: 'octocat',
        url: 'https://github.com/acme/ai-gen-service/actions/runs/77/attempts/2',
      },
    },
    workspace: '/home/runner/work/ai-gen-service',
    folder: '',
    temporary: '/home/runner/work/_temp/stagegate',
    statusContext: 'Staging Deployment',
    mayDeploy: true,
    selection: { stages: undefined, from: 'auto' },
    digest: 'f'.repeat(64),
    build: { prepare: notConfigured, compile: notConfigured, lint: notConfigured, analyze: notConfigured },
    test: { unit: notConfigured, integration: notConfigured },
    scan: {
      ...{ sast: notConfigured, dast: notConfigured, dependencies: notConfigured },
      ...{ secrets: notConfigured, config: notConfigured, ignore: [] },
    },
    annotations: 500,
    image: {
      ...each,
      repository: 'ghcr.io/acme/ai-gen-service',
      tags: [
        { name: 'v1.1.0-staging', moves: true },
        { name: `sha-${headCommit}`, moves: false },
      ],
      commitTag: 'keep' as const,
      context: '/home/runner/work/ai-gen-service',
      file: '/home/runner/work/ai-gen-service/Dockerfile',
      target: undefined,
      buildArgs: {},
      platforms: ['linux/amd64'],
      labels: {},
    },
    deploy: {
      ...each,
      namespace: 'staging',
      allowOlder: false,
      rollback: 'auto',
      environmentUrl: 'https://staging.example.com',
      configs: { ...each, repository: undefined },
      secrets: notConfigured,
      infrastructure: notConfigured,
      manifests: {
        ...each,
        sources: [{ kind: 'path', path: 'k8s' }],
        allow: { namespaces: undefined, kinds: undefined },
      },
      policy: notConfigured,
      rollout: { ...each, logs: 1 },
      migration: notConfigured,
      smoke: notConfigured,
    },
    ...more,
  }
}
