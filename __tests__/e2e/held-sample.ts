import type { Edit } from './failing-variants.ts'

/** The configurations of the edits below, for the input `config`: without and with a scan of the running service. */
export const heldConfig = '.github/held.yml'
export const heldScanConfig = '.github/held-scan.yml'
/** The same with an image that is quickly built, and without scans. */
export const heldPushConfig = '.github/held-push.yml'

/** The same with a compiler that has ten seconds. */
export const heldShortConfig = '.github/held-short.yml'

/** A line that the step writes when it is held. */
export function heldLine(step: string): RegExp {
  return new RegExp(`^holding ${step.replace('.', '\\.')}$`, 'm')
}

/**
 * Beside the sample's own configuration one whose commands do nothing, but for the step that the variable HOLD names: that
 * one starts a process in a session of its own, and then goes on for ever. With DEAF it does not listen to signals; with
 * FILL it fills the disk of that file, and fails. FAIL names a step that fails in this call only.
 */
export function heldEdits(imageOfRun: string): readonly Edit[] {
  return [
    {
      path: 'held.sh',
      content: `echo "at $1"
if [ "$FAIL" = "$1" ]; then echo "failing $1"; exit 3; fi
if [ "$HOLD" = "$1" ]; then
  setsid sleep 600 &
  if [ -n "$DEAF" ]; then trap '' HUP INT TERM; fi
  if [ -n "$FILL" ]; then dd if=/dev/zero of="$FILL" bs=64k || true; exit 3; fi
  echo "holding $1"
  while :; do sleep 1; done
fi
`,
    },
    {
      path: 'held.Dockerfile',
      content: `FROM ${imageOfRun}\nRUN echo "holding image.build" && sleep 601\n`,
    },
    { path: 'quick.Dockerfile', content: 'FROM scratch\nWORKDIR /held\n' },
    { path: heldConfig, content: configuration() },
    {
      path: heldShortConfig,
      content: configuration({ compile: `{ run: ${held('build.compile')}, timeout: 10s }` }),
    },
    { path: heldScanConfig, content: configuration({ scan: sast + dast }) },
    { path: heldPushConfig, content: configuration({ scan: unscanned, dockerfile: 'quick.Dockerfile' }) },
  ]
}

const held = (step: string): string => `sh held.sh ${step}`

const sast = '  sast: { tool: semgrep, config: semgrep/ }'
const unscanned = '  sast: false\n  dependencies: false'
const dast = `
  dast:
    tool: schemathesis
    start: ${held('scan.dast')}
    wait-for: http://127.0.0.1:8099/healthz
    target: openapi.yaml`

function configuration({
  scan = sast,
  dockerfile = 'held.Dockerfile',
  compile = held('build.compile'),
} = {}): string {
  return `version: 1
service: ai-gen-service
build:
  prepare: ${held('build.prepare')}
  compile: ${compile}
  lint: ${held('build.lint')}
  analyze: ${held('build.analyze')}
test:
  unit: ${held('test.unit')}
  integration: ${held('test.integration')}
scan:
${scan}
image: { context: ., file: ${dockerfile}, platforms: [linux/amd64] }
deploy:
  secrets:
    - { path: secret/staging/ai-gen, to: { kubernetes: ai-gen-secrets } }
  manifests: [k8s/]
`
}
