import { isCommitId } from './names.ts'

/** What `git ls-remote` writes, lines `<sha>\t<ref>`: the commit of each ref. Pure. */
export function parseRefs(text: string): ReadonlyMap<string, string> {
  const pairs = text
    .split('\n')
    .map((line) => line.split('\t'))
    .filter((fields): fields is [string, string] => fields.length === 2 && isCommitId(fields[0] ?? ''))
  return new Map(pairs.map(([commit, name]) => [name, commit]))
}
