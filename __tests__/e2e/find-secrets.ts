/** Texts that are secret whatever their value is: tokens of Vault, identity tokens, users that Vault made for one run. */
const SHAPES = [
  /\b(?:hvs|hvb|s)\.[A-Za-z0-9_-]{20,}/,
  /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}/,
  /\bgh[ps]_[0-9a-f]{36}/,
  /\bv-jwt-[\w-]*-migrator-\w+/,
]

/**
 * Where a secret stands in what was written, as it is or encoded; empty when nowhere. A line that tells the runner what
 * to hide is what it is for.
 *
 * @param written texts by the name of their place
 */
export function findSecrets(
  written: Readonly<Record<string, string>>,
  secrets: readonly string[],
): readonly string[] {
  const forms = secrets.flatMap((secret) => formsOf(secret))
  if (forms.length === 0) throw new Error('there is no secret to look for')
  return Object.entries(written).flatMap(([place, text]) =>
    text
      .split('\n')
      .filter((line) => !line.startsWith('::add-mask::'))
      .filter((line) => forms.some((form) => line.includes(form)) || SHAPES.some((shape) => shape.test(line)))
      .map((line) => `${place}: ${line}`),
  )
}

function formsOf(secret: string): readonly string[] {
  const lines = secret.split('\n').filter((line) => line.length >= 8 && !line.startsWith('-----'))
  return [...new Set([...lines, ...lines.map(encodeURIComponent), ...[secret, ...lines].map(base64)])]
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64').replace(/=+$/, '')
}
