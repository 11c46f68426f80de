/**
 * A workflow as the engine `act` can read it. It does not know three things that GitHub does: an action of the workflow's
 * own repository (`$/pipeline`), a queue for those that wait, and an environment without a deployment. Nothing else is changed.
 *
 * @param action what the workflow's own repository is: `owner/name@ref`
 */
export function forEngine(workflow: string, action: string): string {
  const [repository = '', ref = ''] = action.split('@')
  return workflow
    .replaceAll(/^([ \t]*(?:- )?uses: )\$\/(\S+)$/gm, `$1${repository}/$2@${ref}`)
    .replaceAll(/^[ \t]*queue: max\n/gm, '')
    .replaceAll(/, deployment: false( ?\})/g, '$1')
}
