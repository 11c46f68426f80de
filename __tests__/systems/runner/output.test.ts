import { tmpdir } from 'node:os'
import { PassThrough, Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'

import { createRedactor } from '../../../src/report/redaction/redactor.ts'
import { createOutput } from '../../../src/systems/runner/output.ts'
import { createSecrets } from '../../../src/systems/runner/secrets.ts'
import { parseCommands } from './runner-parser.ts'

function createSubject(options: { readonly isRunner?: boolean } = {}) {
  const stdout = new PassThrough()
  const redactor = createRedactor()
  const output = createOutput({ stdout, redactor, isRunner: options.isRunner ?? true, folder: tmpdir() })
  const written: Buffer[] = []
  stdout.on('data', (chunk: Buffer) => written.push(chunk))
  return {
    output,
    redactor,
    text: () => Buffer.concat(written).toString('utf8'),
    secrets: createSecrets(redactor, output),
  }
}

/** Where no runner reads the log. */
function createAndAnnotate(): string {
  const { output, text } = createSubject({ isRunner: false })
  output.annotate('warning', 'fine', { line: 1, endLine: 1, column: undefined, file: 'a.ts', title: 't' })
  return text()
}

const bytes = (text: string) => Buffer.from(text)

describe('Lines of our own', () => {
  it('mark a line of a file, and nothing in file, title or text can end the mark or begin another', () => {
    const { output, text, secrets } = createSubject()
    secrets.add('hunter2-hunter2')
    const place = { line: 3, endLine: 4, column: 7 }
    output.annotate('error', 'bad\n::add-mask::x', {
      ...place,
      file: 'a,b:c\n::error::%.ts',
      title: 'x,y: hunter2-hunter2',
    })
    output.annotate('notice', 'fine', { line: 1, endLine: 1, column: undefined, file: 'a.ts', title: 't' })
    const lines = text()
      .split('\n')
      .filter((line) => !line.startsWith('::add-mask::'))
    expect(lines).toEqual([
      '::error file=a%2Cb%3Ac%0A%3A %3Aerror%3A%3A%25.ts,line=3,endLine=4,col=7,title=x%2Cy%3A ***::bad%0A: :add-mask::x',
      '::notice file=a.ts,line=1,endLine=1,title=t::fine',
      '',
    ])
    expect(createAndAnnotate()).toBe('warning: a.ts:1: t: fine\n')
  })

  it('are plain lines, annotations, or notes for debugging', () => {
    const { output, text } = createSubject()
    output.info('one\ntwo')
    output.warn('50% of\nthem')
    output.error('broken')
    output.debug('detail')
    expect(text()).toBe('one\ntwo\n::warning::50%25 of%0Athem\n::error::broken\n::debug::detail\n')
  })

  it('are readable where no runner reads them', () => {
    const { output, text } = createSubject({ isRunner: false })
    output.info('one')
    output.warn('two\nlines')
    output.error('broken')
    output.debug('detail')
    output.mask('hunter22')
    const log = output.openLog('build', 'compile')
    log.info('three')
    log.close()
    expect(text()).toBe('one\nWarning: two\nlines\nError: broken\n── build.compile\nthree\n')
  })

  it('hold no secret, and cannot become commands by what is put into them', () => {
    const { output, text, redactor } = createSubject()
    redactor.add('hunter22')
    output.info('::error::x\npassword hunter22')
    output.warn('::add-mask::y hunter22 aHVudGVyMjI=')
    output.error('a\n::set-output name=b::c')
    expect(text()).not.toMatch(/hunter22|aHVudGVy/)
    expect(parseCommands(text())).toEqual([
      { name: 'warning', properties: {}, message: ': :add-mask::y *** ***' },
      { name: 'error', properties: {}, message: 'a\n: :set-output name=b::c' },
    ])
  })
})

describe('A secret', () => {
  it('is hidden by the runner too, line by line and before it is used', () => {
    const { output, text, secrets } = createSubject()
    secrets.add('first line\nab\n  second%line\n')
    output.info('first line, second%line')
    expect(parseCommands(text()).map((command) => [command.name, command.message])).toEqual([
      ['add-mask', 'first line'],
      ['add-mask', 'second%line'],
    ])
    expect(text()).toMatch(/\*\*\*, \*\*\*\n$/)
  })

  it('that would hide ordinary words is not given to the runner', () => {
    const { text, secrets } = createSubject()
    for (const value of ['', 'abc', 'success']) secrets.add(value)
    expect(text()).toBe('')
  })
})

describe('The log of a step', () => {
  it('is a group, with what the child says made harmless', () => {
    const { output, text } = createSubject()
    const log = output.openLog('build', 'compile', 'npm run build')
    log.info('$ npm run build')
    log.child(bytes('compiling\n::set-output name=a::b\nunfinished'))
    log.warn('slow')
    log.close()
    expect(text()).toBe(
      [
        '::group::build.compile — npm run build',
        '$ npm run build',
        'compiling',
        ': :set-output name=a::b',
        '::warning::slow',
        'unfinished',
        '::endgroup::',
        '',
      ].join('\n'),
    )
  })

  it('is written as it goes for the first step, and after it for the others, in the order in which they began', () => {
    const { output, text } = createSubject({ isRunner: false })
    const one = output.openLog('scan', 'sast')
    const two = output.openLog('scan', 'dast')
    const three = output.openLog('scan', 'secrets')
    three.child(bytes('three a\n'))
    one.child(bytes('one a\n'))
    two.child(bytes('two a\n'))
    expect(text()).toBe('── scan.sast\none a\n')
    three.close()
    one.child(bytes('one b'))
    expect(text()).toBe('── scan.sast\none a\n')
    one.close()
    expect(text()).toBe('── scan.sast\none a\none b\n── scan.dast\ntwo a\n')
    two.child(bytes('two b\n'))
    two.close()
    const four = output.openLog('image', 'build')
    four.close()
    four.close()
    expect(text()).toBe(
      '── scan.sast\none a\none b\n── scan.dast\ntwo a\ntwo b\n── scan.secrets\nthree a\n── image.build\n',
    )
  })

  it('waits on disk when it is large, and comes back as it was', () => {
    const { output, text } = createSubject({ isRunner: false })
    const one = output.openLog('scan', 'sast')
    const two = output.openLog('scan', 'dast')
    const line = `${'ä'.repeat(999)}\n`
    for (let count = 0; count < 10_000; count += 1) two.child(bytes(line))
    two.close()
    one.close()
    expect(text()).toBe(`── scan.sast\n── scan.dast\n${line.repeat(10_000)}`)
  })

  it('holds no secret that comes in pieces, with control characters inside, or with our own lines between', () => {
    const { output, text, redactor } = createSubject()
    redactor.add('correct-horse')
    const log = output.openLog('test', 'unit')
    log.child(bytes('one correct-'))
    log.info('between')
    log.child(bytes('horse\ntwo correct\u0007-horse\nthree cor\u001b[2Krect-horse\n'))
    log.close()
    expect(text()).toContain('between\none ***\ntwo ***\nthree ***\n')
  })
})

it('When the reader of the log goes away, nothing else happens', async () => {
  const stdout = new Writable({
    write(_chunk, _encoding, done) {
      done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
    },
  })
  const output = createOutput({ stdout, redactor: createRedactor(), isRunner: true, folder: tmpdir() })
  const log = output.openLog('build', 'compile')
  await new Promise(setImmediate)
  log.child(bytes('more\n'))
  log.close()
  output.info('done')
})
