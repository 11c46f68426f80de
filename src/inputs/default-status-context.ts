/** The name of the commit status, where the inputs give none. */
export const DEFAULT_STATUS_CONTEXT = 'Staging Deployment'

/**
 * `Staging Deployment`, and for a service in a folder `Staging Deployment (api)`: two services of one repository must not
 * share a status, of which the last writer would win.
 *
 * @param workingDirectory the input, relative to the checkout
 */
export function defaultStatusContext(workingDirectory: string): string {
  const folder = workingDirectory
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .at(-1)
  return folder === undefined ? DEFAULT_STATUS_CONTEXT : `${DEFAULT_STATUS_CONTEXT} (${folder})`
}
