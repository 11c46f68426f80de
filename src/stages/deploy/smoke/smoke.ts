import type { SmokeCheck } from '../../../config/config.ts'
import { StagegateError } from '../../../errors/index.ts'
import type { StepContext } from '../../../pipeline/index.ts'
import { isWithinService } from '../../../systems/kubernetes/proxy-path.ts'
import { settleAll } from '../../settle.ts'
import type { Deployment } from '../deployment.ts'
import { judgeAnswer, type SmokeAnswer } from './judge-answer.ts'

/** A check passes when this many answers in a row are right: one old pod behind the service is enough to break the row. */
const IN_A_ROW = 3
const INTERVAL_MS = 250
const BUDGET_MS = 60_000

/** `service://NAME:PORT/path` */
const SERVICE_URL = /^service:\/\/([^/:]+):([^/]+)(\/.*)?$/s

/** Asks the deployed service until every check is right three times in a row, or its budget is used up. */
export async function runSmokeTests(deployment: Deployment, step: StepContext): Promise<void> {
  const { smoke } = deployment.settings
  if (!smoke.configured) return
  const checks = smoke.checks.map((check) => fillIn(check, deployment))
  for (const check of checks) refuseClimbing(check)
  await settleAll(checks.map((check) => runCheck(deployment, check, step)))
  step.fact('checks', `${smoke.checks.length} passed`)
}

async function runCheck(deployment: Deployment, check: SmokeCheck, step: StepContext): Promise<void> {
  const { clock } = deployment.systems
  const end = clock.monotonic() + BUDGET_MS
  const wrong: string[] = []
  let answered = false
  let attempts = 0
  for (let row = 0; row < IN_A_ROW;) {
    attempts += 1
    const said = await ask(deployment, check, step.signal)
    answered ||= 'status' in said
    const problem = 'status' in said ? judgeAnswer(check, said) : said.failure
    if (problem === undefined) row += 1
    else {
      row = 0
      wrong.push(problem)
      if (wrong.at(-1) !== wrong.at(-2)) step.log.info(`${check.name}: ${problem}`)
    }
    if (clock.monotonic() > end) throw smokeError(check, wrong, attempts, answered)
    if (row < IN_A_ROW) await clock.sleep(INTERVAL_MS, step.signal)
  }
  step.log.info(
    `${check.name}: ${check.url} answered ${check.status} as expected, ${IN_A_ROW} times in a row (${attempts} attempts).`,
  )
}

async function ask(
  deployment: Deployment,
  check: SmokeCheck,
  signal: AbortSignal,
): Promise<SmokeAnswer | { failure: string }> {
  const service = SERVICE_URL.exec(check.url)
  try {
    if (service !== null) {
      const [, name = '', port = '', path = '/'] = service
      const { namespace } = deployment.settings
      return await deployment.cluster.getThroughService({ namespace, name, port, path }, signal)
    }
    const answer = await deployment.systems.http.send({
      system: 'smoke',
      method: 'GET',
      url: check.url,
      signal,
      maxBytes: 1_000_000,
      policy: { attempts: 1, attemptMs: 5_000, totalMs: 5_000 },
    })
    return { status: answer.status, body: answer.text() }
  } catch (thrown) {
    signal.throwIfAborted()
    return { failure: thrown instanceof Error ? thrown.message : String(thrown) }
  }
}

/** Before anything is asked: who owns the configuration must not read the cluster with the deployment's rights. */
function refuseClimbing({ name, url, source }: SmokeCheck): void {
  const path = SERVICE_URL.exec(url)?.[3]
  if (path === undefined || isWithinService(path)) return
  throw new StagegateError('E_PATH_OUTSIDE', {
    message: `The path of the smoke test "${name}" leads out of its service: it has the segments "." or "..".`,
    evidence: [`configured at ${source}`],
    next: 'Write the path of the service itself.',
  })
}

function smokeError(
  check: SmokeCheck,
  wrong: readonly string[],
  attempts: number,
  answered: boolean,
): StagegateError {
  return new StagegateError(answered ? 'E_SMOKE_FAILED' : 'E_SMOKE_UNREACHABLE', {
    message: `The smoke test "${check.name}" did not pass within ${BUDGET_MS / 1000} s (${attempts} attempts): ${wrong.at(-1) ?? 'no answer'}.`,
    evidence: [`GET ${check.url}`, `configured at ${check.source}`, ...wrong.slice(-3)],
  })
}

function fillIn(check: SmokeCheck, { settings, config }: Deployment): SmokeCheck {
  const fill = (text: string): string =>
    text
      .replaceAll('{environment-url}', settings.environmentUrl ?? '')
      .replaceAll('{version}', config.version)
  const { body } = check
  const filled =
    typeof body === 'string'
      ? fill(body)
      : body &&
        Object.fromEntries(
          Object.entries(body).map(([key, value]) => [key, typeof value === 'string' ? fill(value) : value]),
        )
  return { ...check, url: fill(check.url), body: filled }
}
