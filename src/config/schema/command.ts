import { z } from 'zod'
import { duration, environment, path, paths, switchedOff, matching } from './scalars.ts'
import { oneOf, strict } from './strict.ts'

const text = matching(/\S/, 'a command').max(65_536)
const commands = oneOf('a command, or a list of commands', [text, z.array(text).min(1).max(50)])

const settings = {
  run: commands.describe('The command, or several that run one after another; the first that fails ends the step.'),
  shell: z
    .enum(['bash', 'sh'])
    .optional()
    .meta({ description: 'The shell that reads the commands; it stops at the first error.', default: 'bash' }),
  'working-directory': path.optional().describe('Where the commands run, relative to the checkout.'),
  env: environment.optional().describe('Variables for the commands. Values are texts.'),
  timeout: duration.optional().describe('How long the step may take.'),
  reports: paths
    .optional()
    .describe('Report files that the commands write, as globs: JUnit XML, SARIF, Checkstyle, ESLint JSON.'),
  critical: z
    .boolean()
    .optional()
    .meta({ description: 'Whether a failure of the step ends the run; otherwise it is a warning.', default: true }),
}

const FORMS = 'a command, a list of commands, keys with values (run, …), or false'

/** A step that is a command of the project: a text, a list, keys with values, or false for none. */
export const commandStep = oneOf(FORMS, [switchedOff, text, z.array(text).min(1).max(50), strict(settings)])

export const testStep = oneOf(FORMS, [
  switchedOff,
  text,
  z.array(text).min(1).max(50),
  strict({
    ...settings,
    'allow-no-tests': z
      .boolean()
      .optional()
      .meta({ description: 'Whether the step passes when no test ran: there was none, or all were skipped.', default: false }),
  }),
])
