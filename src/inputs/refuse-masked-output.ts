import { StagegateError } from '../errors/index.ts'
import { inputVariable } from './input-definitions.ts'
import { secretInputNames } from './list-secret-inputs.ts'

/**
 * GitHub's runner masks every line of a secret, white space around it removed (`Worker.InitializeSecretMasker` of
 * actions/runner), and drops each output of a job in which a mask is found. A key in indented JSON has lines such as `{`.
 *
 * @param output what the job is to tell others
 * @throws StagegateError E_INPUT_INVALID when GitHub would drop it
 */
export function refuseMaskedOutput(env: Readonly<Record<string, string | undefined>>, output: string): void {
  const names = secretInputNames.filter((name) => {
    const lines = (env[inputVariable(name)] ?? '').trim().split(/[\r\n]+/)
    return lines.some((line) => line.trim() !== '' && output.includes(line.trim()))
  })
  if (names.length === 0) return
  throw new StagegateError('E_INPUT_INVALID', {
    message: `${names.join(', ')}: a line of the secret is part of what this job tells the others, as a single { or } is. GitHub masks every line of a secret, and drops the output of a job that has one in it.`,
    evidence: ['The jobs after this one would all be skipped.'],
    state: 'Nothing was started.',
    next: 'Keep JSON on one line (jq -c . FILE); a key of Google can be base64 instead, with the user _json_key_base64.',
  })
}
