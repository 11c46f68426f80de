import { type CatalogueEntry, configuration, remote, workload } from './entry.ts'

/** What a commit can do wrong before it is deployed: checkout, build, test, scan. */
export const commit = {
  // checkout
  E_CHECKOUT_NOT_GIT: configuration(
    'The working directory is not a Git checkout.',
    'Run actions/checkout before Stagegate.',
  ),
  E_CHECKOUT_COMMIT_MISSING: remote(
    'The commit is neither in the checkout nor can it be fetched.',
    'Check that the commit is still on the remote.',
  ),
  E_CHECKOUT_DIRTY: configuration(
    'The checkout differs from the commit that is to be deployed.',
    'Remove the steps that change tracked files before Stagegate.',
  ),
  E_CHECKOUT_CREDENTIALS: configuration(
    'The checkout keeps a credential where everything that runs in the job can read it, and this call deploys.',
    'Give actions/checkout the input persist-credentials: false.',
  ),

  // commands: build, test
  E_COMMAND_FAILED: workload(
    'A configured command ended with an exit code other than 0.',
    'Read the output of the command above.',
  ),
  E_SURVIVORS: workload(
    'A process that the commit started is still running when secrets are about to be read.',
    'End background processes at the end of the command that starts them.',
  ),
  E_INTEGRITY_RUNNER_FILES: workload(
    'A file of the runner (GITHUB_ENV, GITHUB_PATH, GITHUB_OUTPUT, GITHUB_STATE, GITHUB_STEP_SUMMARY) holds what Stagegate did not write: code of the commit has looked for it, and would have set it for later steps.',
    'Look at what the commands of this stage run: their environment does not name these files.',
  ),
  E_COMMAND_NOT_FOUND: configuration(
    'A configured command could not be started.',
    'Check the command and that its tool is installed.',
  ),
  E_STEP_TIMEOUT: workload(
    'A step did not end within its timeout.',
    'Find out what it waits for, or raise its timeout.',
  ),
  E_TESTS_FAILED: workload('Tests failed.', 'Read the failed tests above.'),
  E_TESTS_NONE: workload(
    'No test ran: there was none, or all were skipped.',
    'Check that the command runs the tests, or set allow-no-tests.',
  ),
  E_REPORT_UNREADABLE: workload(
    'A report file could not be read, or is not that of a whole run of its tool.',
    'Check that the command writes the report in a known format.',
  ),
  E_REPORT_MISSING: workload(
    'A command ended well but wrote no report where one was configured.',
    'Check the path of the reports.',
  ),
  E_COVERAGE_TOO_LOW: workload(
    'The coverage is below the configured minimum.',
    'Add tests, or lower the minimum.',
  ),

  // scan
  E_SCAN_FINDINGS: workload(
    'A scanner found something at or above the severity that fails the run.',
    'Fix the findings, or ignore one with a reason and an expiry date.',
  ),
  E_SCAN_NO_EVIDENCE: workload(
    'A scanner ended without a result that shows what it looked at, or was refused everywhere.',
    'Read the output of the scanner above.',
  ),
  E_SCAN_TARGET: workload(
    'The service that was to be scanned did not start.',
    'Read the output of the service above.',
  ),
  E_SCAN_IGNORE_EXPIRED: configuration(
    'An entry of the ignore list has expired.',
    'Fix the finding, or renew the entry with a reason.',
  ),
} as const satisfies Record<string, CatalogueEntry>
