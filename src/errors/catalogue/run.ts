import { type CatalogueEntry, configuration, internal, remote, REPORT_BUG, workload } from './entry.ts'

/** Inputs, configuration, the machine, and the run itself. */
export const run = {
  // inputs and configuration
  E_INPUT_INVALID: configuration(
    'An input of the action has a value it may not have.',
    'Correct the input in the workflow file.',
  ),
  E_CONFIG_INVALID: configuration(
    'The configuration file has errors; all of them are listed.',
    'Correct the lines that are named.',
  ),
  E_CONFIG_MISSING: configuration(
    'The configuration file that was named does not exist.',
    'Correct the input config.',
  ),
  E_EVENT_UNSUPPORTED: configuration(
    'The event cannot be handled safely.',
    'Use push, pull_request or workflow_dispatch.',
  ),
  E_GATE_CLOSED: configuration(
    'A stage was asked for whose earlier stages have not passed for this commit.',
    'Run the missing stage first.',
  ),
  E_TOOL_MISSING: configuration(
    'A tool that a step needs is not on the PATH.',
    'Install the tool in a step before Stagegate.',
  ),
  E_TOOL_LIMIT: configuration(
    'A tool needs more memory, or writes more, than it may.',
    'Look for what makes it so large: a loop in a template, aliases that multiply.',
  ),
  E_PATH_OUTSIDE: configuration('A path leads out of the checkout.', 'Use a path inside the repository.'),
  E_FILE_TOO_LARGE: configuration(
    'A file is larger than is read.',
    'Make the file smaller, or name another.',
  ),

  // the machine and the run
  E_RUNNER_FILES: configuration(
    'A file or folder of the runner (GITHUB_STATE, GITHUB_OUTPUT, RUNNER_TEMP, …) cannot be written by the user that the step runs as.',
    'Run the job container as root (container: options: --user 0), or let its user write what is named.',
  ),
  E_DISK_FULL: remote('The disk of the runner is full.', 'Free space on the runner.'),
  E_CANCELLED: configuration('The run was cancelled.', 'Rerun the job if it was not meant.'),
  E_RUN_TIMEOUT: workload('The run did not end within its timeout.', 'Raise the input timeout.'),
  E_RUN_BLOCKED: internal(
    'The run was busy with one computation when its time was over, and could not end by itself.',
    REPORT_BUG,
  ),
  E_INTERNAL: internal('Stagegate has a bug.', REPORT_BUG),
  E_INTERNAL_UNFINISHED: internal('The run ended without a result.', REPORT_BUG),
} as const satisfies Record<string, CatalogueEntry>
