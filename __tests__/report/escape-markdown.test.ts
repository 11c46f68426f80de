import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { codeBlock, codeSpan, escapeInline, linkTo, mermaidLabel } from '../../src/report/escape-markdown.ts'
import { hostileText, hostileTexts } from './hostile-texts.ts'
import { parseMarkdown, skeletonOf, textOf } from './markdown-oracle.ts'

/** Where text from outside is put, each with text before it as our own texts have. */
const inlinePositions: readonly ((cell: string) => string)[] = [
  (text) => `## ❌ ${text}: failed`,
  (text) => `by ${text} (push), attempt 1.`,
  (text) => `| a | b |\n|---|---|\n| ${text} | y |\n| z | ${text} |`,
  (text) => `> ⚠️ ${text}\n>\n> ⚠️ ${text}`,
  (text) => `- 1.0 s, after ${text}\n- y`,
  (text) => `a ${text}\n===\n\nb ${text}\n---`,
]

describe('text from outside in Markdown', () => {
  test.each(hostileTexts)('%j changes nothing around it', (text) => {
    for (const position of inlinePositions) {
      expect(skeletonOf(position(escapeInline(text)))).toBe(skeletonOf(position('x')))
      expect(skeletonOf(position(codeSpan(text)))).toBe(skeletonOf(position('`x`')))
    }
    expect(skeletonOf(`a\n\n${codeBlock(text)}\n\nb`)).toBe(skeletonOf('a\n\n```\nx\n```\n\nb'))
  })

  test('changes nothing around it, whatever it is', () => {
    fc.assert(
      fc.property(hostileText, fc.constantFrom(...inlinePositions), (text, position) => {
        expect(skeletonOf(position(escapeInline(text)))).toBe(skeletonOf(position('x')))
        expect(skeletonOf(position(codeSpan(text)))).toBe(skeletonOf(position('`x`')))
        expect(skeletonOf(`a\n\n${codeBlock(text)}\n\nb`)).toBe(skeletonOf('a\n\n```\nx\n```\n\nb'))
      }),
      { numRuns: 300 },
    )
  })

  test('is read as it was written', () => {
    const seen = (text: string): string =>
      text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\s\u115f\u1160\u3164\uffa0]+/gu, '')
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(seen(textOf(parseMarkdown(`- a ${escapeInline(text)}`)))).toBe(`a${seen(text)}`)
        const cell = parseMarkdown(`| h |\n|---|\n| ${codeSpan(text)} |`)
        expect(seen(textOf(cell)).replaceAll(/<\/?code>/g, '')).toBe(
          `h${seen(text)}`.replaceAll(/<\/?code>/g, ''),
        )
        expect(seen(textOf(parseMarkdown(codeBlock(text))))).toBe(seen(text))
      }),
      { numRuns: 300 },
    )
  })

  test('mentions nobody and refers to no issue, though GitHub looks for them in the finished text', () => {
    const shown = textOf(parseMarkdown(escapeInline('@octocat fixes #12 and acme/api#7')))
    expect(shown).not.toMatch(/@\w|#\d/)
    expect(shown.replaceAll('\u200b', '')).toBe('@octocat fixes #12 and acme/api#7')
  })

  test('shows no character that nobody sees', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const written of [codeSpan(text), codeBlock(text), escapeInline(text)]) {
          expect(written).not.toMatch(/(?!\n|\t)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u)
        }
      }),
    )
  })
})

describe('a link', () => {
  test.each([
    ['https://staging.example.com', '<https://staging.example.com/>'],
    ['http://10.0.0.7:8080/app?x=1#top', '<http://10.0.0.7:8080/app?x=1#top>'],
    ['javascript:alert(1)', '`javascript:alert(1)`'],
    ['https://user:pass@example.com/', '`https://user:pass@example.com/`'],
    ['https://example.com/(a)', '`https://example.com/(a)`'],
    ['not a url', '`not a url`'],
  ])('%s is written as %s', (url, expected) => {
    expect(linkTo(url)).toBe(expected)
  })

  test('holds nothing but an address, whatever the address is', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.webUrl({ withQueryParameters: true, withFragments: true }), hostileText),
        (url) => {
          const allowed = ['a', 'b'].map((part) =>
            skeletonOf(`- x ${part === 'a' ? '<https://x.y/>' : '`x`'} y`),
          )
          expect(allowed).toContain(skeletonOf(`- x ${linkTo(url)} y`))
        },
      ),
    )
  })
})

describe('a label of a diagram', () => {
  test('has letters, digits and a few signs only, and at most 60 of them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const label = mermaidLabel(text)
        expect(label).toMatch(/^[\p{L}\p{N} ._/-]{0,60}$/u)
        expect(label).toBe(label.trim())
      }),
    )
  })
})
