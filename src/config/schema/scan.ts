import { z } from 'zod'
import { defaults } from '../defaults.ts'
import { duration, environment, httpUrl, line, path, severity, switchedOff, matching } from './scalars.ts'
import { oneOf, strict } from './strict.ts'

const settings = {
  'fail-on': severity.optional().describe('The least severity that fails the run, for this scanner.'),
  timeout: duration.optional().meta({ description: 'How long the scan may take.', default: defaults.timeouts.scan }),
  critical: z
    .boolean()
    .optional()
    .meta({ description: 'Whether a failure of the scan ends the run; otherwise it is a warning.', default: true }),
}

const scanner = <Shape extends z.ZodRawShape>(shape: Shape) =>
  oneOf('keys with values, or false', [switchedOff, strict({ ...shape, ...settings })])

/** A day that exists, in the form of ISO 8601. */
const day = matching(/^\d{4}-\d{2}-\d{2}$/, 'a day such as 2027-01-31')
  .refine((text) => {
    const date = new Date(`${text}T00:00:00Z`)
    return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
  }, 'a day such as 2027-01-31')

export const scan = strict({
  'fail-on': severity
    .optional()
    .meta({ description: 'The least severity that fails the run.', default: defaults.failOn }),
  sast: scanner({
    tool: z.literal('semgrep').optional().describe('The scanner.'),
    config: matching(/^[^-\n][^\n]*$/, 'a file or folder of rules, or the name of a registry entry')
      .describe('Rules: a file or folder in the checkout, or the name of a registry entry such as p/ci.'),
  })
    .optional()
    .describe('Static analysis for security. Without it: found by a folder semgrep/ or a file .semgrep.yml.'),
  dependencies: scanner({ tool: z.literal('osv-scanner').optional().describe('The scanner.') })
    .optional()
    .describe('Known vulnerabilities of dependencies. Without it: found by a lock file.'),
  dast: scanner({
    tool: z.literal('schemathesis').optional().describe('The scanner.'),
    start: matching(/\S/, 'a command').describe('The command that starts the service to be scanned.'),
    env: environment.optional().describe('Variables for the service. Values are texts.'),
    'wait-for': httpUrl.describe('The URL that answers 2xx when the service is up; only its origin is scanned.'),
    target: path.optional().describe('The OpenAPI document. Without it: openapi.yaml, .yml or .json.'),
    args: z.array(line).max(50).optional().describe('Further arguments of the tool.'),
  })
    .optional()
    .describe('Dynamic analysis of the running service.'),
  ignore: z
    .array(
      strict({
        id: line.describe('The rule or vulnerability, such as CVE-2024-0001.'),
        reason: line.describe('Why it does not count.'),
        expires: day.describe('The last day on which it does not count; after it the run fails.'),
      }),
    )
    .max(1_000)
    .optional()
    .describe('Findings that do not fail the run, each with a reason and a last day.'),
})
