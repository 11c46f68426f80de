import ts from 'typescript'

/** Ways to take a part of a text or of bytes. */
const cutting = new Set(['slice', 'substring', 'substr', 'subarray'])

/** Names of what is no text from outside but hexadecimal digits or a time of ours. */
const ownName = /(?:commit|digest|hash|deployed)$/i
const ownCall = /^(?:digest|toISOString)$/
/** A part up to a place that was looked for in the text is read, not shortened. */
const search = /\.(?:indexOf|lastIndexOf|search)\(/

const NAME = 'no-bare-cut'

/**
 * Refuses to shorten a text or bytes by hand. Half a secret is one that no redactor recognises, so texts from outside are
 * cut by `src/text` alone, which redacts first.
 *
 * What drops a beginning of known length (`text.slice(prefix.length)`) is no cut. Where an exemption is needed, it gives its
 * reason after `--`; one without a reason is refused too.
 *
 * @type {import('eslint').Rule.RuleModule}
 */
export const noBareCut = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      cut: 'Cut texts with the functions of src/text, which redact first: half a secret is one that nobody recognises.',
      reason: 'Say after "--" why this cut needs no redactor.',
    },
  },
  create(context) {
    const { sourceCode } = context
    const services = /** @type {import('@typescript-eslint/utils').ParserServicesWithTypeInformation} */ (
      sourceCode.parserServices
    )
    const checker = services.program.getTypeChecker()
    return {
      Program() {
        for (const comment of sourceCode.getAllComments()) {
          const switchesOff = comment.value.includes('eslint-disable') && comment.value.includes(NAME)
          if (switchesOff && !/--\s*\S/.test(comment.value))
            context.report({ loc: /** @type {any} */ (comment.loc), messageId: 'reason' })
        }
      },
      CallExpression(node) {
        const { callee } = node
        if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return
        if (!cutting.has(callee.property.name) || !leavesAnEndOut(node)) return
        if (isOurs(callee.object) || endsWhereFound(node)) return
        // ESTree and the parser have the same nodes by other names.
        // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- they differ in name only
        const object = /** @type {import('@typescript-eslint/utils').TSESTree.Node} */ (callee.object)
        const type = services.getTypeAtLocation(object)
        if (isTextOrBytes(checker.getApparentType(type))) context.report({ node, messageId: 'cut' })
      },
    }

    /**
     * Whether the second argument is what a search gave, by itself or in an expression.
     *
     * @param {import('estree').CallExpression} call
     */
    function endsWhereFound({ arguments: [, end] }) {
      if (end === undefined) return false
      // The place of a match.
      if (sourceCode.getText(end).endsWith('.index')) return true
      const names = sourceCode.getText(end).match(/[A-Za-z_]\w*/g) ?? []
      for (
        let scope = /** @type {import('eslint').Scope.Scope | null} */ (sourceCode.getScope(end));
        scope !== null;
        scope = scope.upper
      ) {
        for (const name of names) {
          const definitions = scope.set.get(name)?.defs ?? []
          const made = definitions.map((each) => (each.type === 'Variable' ? each.node.init : undefined))
          if (made.some((each) => each && search.test(sourceCode.getText(each)))) return true
        }
      }
      return false
    }

    /** @param {ts.Type} type */
    function isTextOrBytes(type) {
      /** @type {readonly ts.Type[]} */
      const types = type.isUnion() ? type.types : [type]
      return types.some((each) => {
        const name = each.getSymbol()?.getName() ?? ''
        return (
          (each.flags & ts.TypeFlags.StringLike) !== 0 ||
          /^(?:String|Buffer|Uint8Array)$/.test(name) ||
          /\b(?:Buffer|Uint8Array)\b/.test(checker.typeToString(each))
        )
      })
    }
  },
}

/**
 * Whether the end is left out, or the beginning counted from the end: of other calls something known is dropped.
 *
 * @param {import('estree').CallExpression} node
 */
function leavesAnEndOut({ arguments: given, callee }) {
  const [first, second] = given
  const method =
    callee.type === 'MemberExpression' && callee.property.type === 'Identifier' && callee.property.name
  if (second !== undefined) {
    // `text.slice(1, -1)` takes quotes off, `text.slice(from, from + length)` reads a part at a known place.
    return !(
      second.type === 'UnaryExpression' ||
      first?.type === 'Identifier' ||
      first?.type === 'BinaryExpression'
    )
  }
  return method !== 'subarray' && first?.type === 'UnaryExpression'
}

/** @param {import('estree').Expression | import('estree').Super} object */
function isOurs(object) {
  if (object.type === 'Identifier') return ownName.test(object.name)
  if (object.type === 'MemberExpression')
    return object.property.type === 'Identifier' && ownName.test(object.property.name)
  if (object.type !== 'CallExpression' || object.callee.type !== 'MemberExpression') return false
  const { property } = object.callee
  const [encoding] = object.arguments
  const isHex = encoding?.type === 'Literal' && encoding.value === 'hex'
  return property.type === 'Identifier' && (ownCall.test(property.name) || isHex)
}
