import { z } from 'zod'
import { defaults } from '../defaults.ts'
import { commandStep, testStep } from './command.ts'
import { deploy } from './deploy.ts'
import { image } from './image.ts'
import { scan } from './scan.ts'
import { matching } from './scalars.ts'
import { strict } from './strict.ts'

const { prepare, build, test } = defaults.timeouts

/** The file `.github/stagegate.yml`. schema/stagegate.schema.json and docs/configuration.md are generated from it. */
export const configFile = strict({
  version: z.literal(1).optional().meta({ description: 'The version of this format.', default: 1 }),
  service: matching(/^[a-z0-9](?:[-a-z0-9]{0,38}[a-z0-9])?$/, 'a name of a-z, 0-9 and -, of at most 40 characters')
    .optional()
    .describe('The name of the service: of its image, its lock and its records. Without it: the name of the repository, and of the folder where working-directory is set.'),
  build: strict({
    prepare: commandStep.optional().describe(`Installs dependencies. Timeout ${prepare} by default.`),
    compile: commandStep.optional().describe(`Compiles. Timeout ${build} by default.`),
    lint: commandStep.optional().describe(`Linters; beside compile. Timeout ${build} by default.`),
    analyze: commandStep.optional().describe(`Static analysis; beside compile. Timeout ${build} by default.`),
  })
    .optional()
    .describe('How the code is built. Steps that are not named are detected; false turns one off.'),
  test: strict({
    unit: testStep.optional().describe(`Unit tests. Timeout ${test} by default.`),
    integration: testStep.optional().describe(`Integration tests, after the unit tests. Timeout ${test} by default.`),
  })
    .optional()
    .describe('How the code is tested. Steps that are not named are detected; false turns one off.'),
  scan: scan.optional().describe('How the code is scanned. Scanners run at the same time; false turns one off.'),
  image: image.optional().describe('How the image is built. Without it: from a Dockerfile, where there is one.'),
  deploy: deploy.optional().describe('How the image is deployed.'),
  annotations: z.int().min(0).max(5000).optional().meta({
    description: 'How many lines the check runs of a call mark in all, the worst first; every finding is in the JSON report.',
    default: defaults.annotations,
  }),
})

export type ConfigFile = z.infer<typeof configFile>
