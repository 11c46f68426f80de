import { expect, it } from 'vitest'
import { runProgram } from './run-program.ts'

const secret = 'Zq8vN2kLw5Xr7TbJ4mHcGd9PfYs3UeRa6VxBiWoK'

it(
  'A command that prints a secret at every offset around the limit of a line shows no more than 3 characters of it',
  { timeout: 120_000 },
  () => {
    // The secret as such stands in no file of the commit.
    const command = [
      `const parts = ${JSON.stringify(secret.match(/.{4}/g))}`,
      'for (let at = 4040; at < 4110; at += 1) console.log("-".repeat(at) + parts.join("") + "~".repeat(100))',
      'console.error("a.ts(1,2): error TS1: " + "-".repeat(4050) + parts.join(""))',
      'process.exit(3)',
    ].join('; ')
    const { stdout, written, status } = runProgram(
      {
        '.github/stagegate.yml': `build: {compile: "node print.js"}\n`,
        'print.js': command,
      },
      {
        INPUT_STAGES: 'build, report',
        'INPUT_REGISTRY-USERNAME': 'a',
        'INPUT_REGISTRY-PASSWORD': secret,
      },
    )
    const said = `${stdout.replace(/^::add-mask::.*$/gm, '')}\n${written}`
    expect(status, stdout).toBe(1)
    expect(said).toContain('exit code 3')
    // The report was read too.
    expect(written).toContain('"evidence"')
    for (let at = 0; at + 4 <= secret.length; at += 1) expect(said).not.toContain(secret.slice(at, at + 4))
  },
)
