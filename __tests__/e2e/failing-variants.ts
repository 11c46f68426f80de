/** One change of a file of the sample service, relative to its folder. */
export type Edit =
  | { readonly path: string; readonly append: string }
  | { readonly path: string; readonly replace: { readonly find: string; readonly with: string } }
  | { readonly path: string; readonly content: string }

/** A commit that must stop the pipeline at one step, for a reason that a user could meet. */
export interface FailingVariant {
  /** The stage or step of the sequence that it is about. */
  readonly stage: string
  /** What the commit does, as its message says it. */
  readonly title: string
  readonly edit: readonly Edit[]
  readonly expect: {
    readonly failedStage: string
    readonly failedStep: string
    /** What the error's text must say. */
    readonly cause: RegExp
  }
}

const lodash = {
  version: '4.17.20',
  integrity:
    'sha512-PlhdFcillOINfeV7Ni6oF1TAEayyZBoZ8bcshTHqOYJYlrqzRK5hagpagky5o4HfCzzd1TRkXPMFq6cKk9rGmA==',
}

/**
 * The smallest edits that make each stage fail by itself: everything before it passes. Applied to
 * examples/ai-gen-service, one at a time.
 */
export const failingVariants: readonly FailingVariant[] = [
  {
    stage: 'build',
    title: 'Count releases in a string',
    edit: [{ path: 'src/version.ts', append: "\nexport const releases: number = 'two'\n" }],
    expect: {
      failedStage: 'build',
      failedStep: 'build.compile',
      cause: /TS2322|not assignable to type 'number'/,
    },
  },
  {
    stage: 'test',
    title: 'Expect a word that the generator never writes',
    edit: [
      {
        path: 'test/unit/generate-text.test.ts',
        append: `
it('writes about submarines', () => {
  assert.match(generateText({ prompt: 'a ship', style: 'plain', seed: 1 }), /submarine/)
})
`,
      },
    ],
    expect: { failedStage: 'test', failedStep: 'test.unit', cause: /writes about submarines/ },
  },
  {
    stage: 'scan',
    title: 'Evaluate text as code',
    edit: [
      {
        path: 'src/version.ts',
        append: '\nexport const evaluate = (text: string): unknown => eval(text)\n',
      },
    ],
    expect: { failedStage: 'scan', failedStep: 'scan.sast', cause: /no-eval/ },
  },
  {
    stage: 'scan',
    title: 'Depend on a release with a known vulnerability',
    edit: [
      {
        path: 'package.json',
        replace: {
          find: '"dependencies": {',
          with: `"dependencies": {\n    "lodash": "${lodash.version}",`,
        },
      },
      {
        path: 'package-lock.json',
        replace: {
          find: '"dependencies": {\n        "pg"',
          with: `"dependencies": {\n        "lodash": "${lodash.version}",\n        "pg"`,
        },
      },
      {
        path: 'package-lock.json',
        replace: {
          find: '    "node_modules/natural-compare": {',
          with: `    "node_modules/lodash": {
      "version": "${lodash.version}",
      "integrity": "${lodash.integrity}",
      "license": "MIT"
    },
    "node_modules/natural-compare": {`,
        },
      },
    ],
    expect: {
      failedStage: 'scan',
      failedStep: 'scan.dependencies',
      cause: /GHSA-35jh-r3h4-6jhm|CVE-2021-23337/,
    },
  },
  {
    stage: 'scan',
    title: 'Promise a login that the service does not ask for',
    edit: [
      {
        path: 'openapi.yaml',
        replace: {
          find: 'Does not ask the database.\n      security: []',
          with: 'Does not ask the database.',
        },
      },
    ],
    expect: { failedStage: 'scan', failedStep: 'scan.dast', cause: /Authentication.*GET \/livez/i },
  },
  {
    stage: 'image',
    title: 'Run a command in the image that fails',
    edit: [{ path: 'Dockerfile', append: '\nRUN false\n' }],
    expect: { failedStage: 'image', failedStep: 'image.build', cause: /RUN false|exit code: 1/ },
  },
  {
    stage: 'secrets',
    title: 'Read a secret that nobody wrote',
    edit: [
      {
        path: '.github/stagegate.yml',
        replace: { find: 'secret/staging/ai-gen', with: 'secret/staging/not-written' },
      },
    ],
    expect: { failedStage: 'deploy', failedStep: 'deploy.secrets', cause: /secret\/staging\/not-written/ },
  },
  {
    stage: 'policy',
    title: 'Ask for fewer replicas than the policy of the team allows',
    edit: [
      {
        path: '.github/stagegate.yml',
        replace: {
          find: '  manifests:',
          with: '  policy: { paths: replicas.rego }\n  manifests:',
        },
      },
      {
        path: 'replicas.rego',
        content: `package main

deny_few_replicas contains msg if {
  input.kind == "Deployment"
  input.spec.replicas < 100
  msg := sprintf("has only %d replicas", [input.spec.replicas])
}
`,
      },
    ],
    expect: { failedStage: 'deploy', failedStep: 'deploy.policy', cause: /has only \d+ replicas/ },
  },
  {
    stage: 'rollout',
    title: 'Start a file that is not in the image',
    edit: [{ path: 'Dockerfile', replace: { find: 'dist/server.js', with: 'dist/main.js' } }],
    expect: {
      failedStage: 'deploy',
      failedStep: 'deploy.rollout',
      cause: /Cannot find module|MODULE_NOT_FOUND|CrashLoopBackOff/,
    },
  },
  {
    // The tests' own database lets its superuser do this; the migration's user in staging may not.
    stage: 'migration',
    title: 'Make a role for reports',
    edit: [
      {
        path: 'db/migration/V3__reporting_role.sql',
        content: 'CREATE ROLE ai_gen_reporting;\nGRANT SELECT ON generations TO ai_gen_reporting;\n',
      },
    ],
    expect: {
      failedStage: 'deploy',
      failedStep: 'deploy.migration',
      cause: /permission denied to create role|V3__reporting_role/,
    },
  },
  {
    stage: 'smoke',
    title: 'Expect a version that was not built',
    edit: [
      {
        path: '.github/stagegate.yml',
        replace: { find: "version: '{version}'", with: "version: '9.9.9'" },
      },
    ],
    expect: { failedStage: 'deploy', failedStep: 'deploy.smoke', cause: /1\.1\.0.*9\.9\.9|9\.9\.9.*1\.1\.0/ },
  },
]
