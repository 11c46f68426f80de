import { readFileSync } from 'node:fs'
import { tryCommand } from './command.ts'

/** The mount points at or below a folder, the deepest first: field 5 of /proc/self/mountinfo, see proc(5). */
export function parseMountsBelow(mountinfo: string, folder: string): string[] {
  return mountinfo
    .split('\n')
    .map((line) => (line.split(' ')[4] ?? '').replace(/\\(\d{3})/g, (_, octal: string) => fromOctal(octal)))
    .filter((point) => point === folder || point.startsWith(`${folder}/`))
    .reverse()
}

function fromOctal(digits: string): string {
  return String.fromCharCode(parseInt(digits, 8))
}

/** Unmounts everything below a folder, so that removing the folder can touch nothing but the folder. */
export async function unmountBelow(folder: string): Promise<void> {
  for (const point of parseMountsBelow(readFileSync('/proc/self/mountinfo', 'utf8'), folder)) {
    await tryCommand(['umount', '--lazy', point])
  }
}
