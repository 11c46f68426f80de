/**
 * A workflow as the engine `act` can read it. It does not know three things that GitHub does: an action of the workflow's
 * own repository (`$/`), a queue for those that wait, and an environment without a deployment. Nothing else is changed.
 *
 * @param action what stands for `$/`: `owner/name@ref`
 */
export function forEngine(workflow: string, action: string): string {
  return workflow
    .replaceAll(/^(\s*(?:- )?uses: )\$\/$/gm, `$1${action}`)
    .replaceAll(/^\s*queue: max\n/gm, '')
    .replaceAll(/, deployment: false( ?\})/g, '$1')
}
