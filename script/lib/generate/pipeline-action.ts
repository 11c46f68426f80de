/**
 * pipeline/action.yml: the same action in a folder of its own. The reusable workflow calls the action of its own commit as
 * `uses: $/pipeline`; GitHub's runner refuses `$/` without a path (TryParseSelfRepository of actions/runner 2.336).
 *
 * @param text action.yml
 * @throws Error when it runs something else than the bundle
 */
export function pipelineAction(text: string): string {
  const moved = text
    .replace(/^branding:\n(?: .*\n)+/m, '')
    .replaceAll(/^( {2}(?:main|post): )(dist\/(?:post\/)?index\.js)$/gm, '$1../$2')
  if (moved.match(/: \.\.\/dist\/(?:post\/)?index\.js$/gm)?.length !== 2)
    throw new Error('action.yml does not run the bundle')
  return `# Generated from ../action.yml. For the reusable workflow, which calls it as \`uses: $/pipeline\`.\n${moved}`
}
