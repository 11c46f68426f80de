import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'

/** A job summary as a page of its own, as GitHub would show it. */
export function renderPage(markdown: string): string {
  const body = micromark(markdown, {
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
    // The summary's own <details>; text from outside is escaped before it gets there.
    allowDangerousHtml: true,
  })
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Staging Deployment</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1f2328 }
  table { border-collapse: collapse; width: 100% }
  td, th { border: 1px solid #d1d9e0; padding: .25rem .75rem; vertical-align: top }
  code, pre { font: 13px/1.45 ui-monospace, monospace; background: #f6f8fa; border-radius: 6px }
  code { padding: .15rem .35rem } pre { padding: 1rem; overflow: auto } pre code { padding: 0 }
</style>
${body}
</html>
`
}
