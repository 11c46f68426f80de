export { cut, cutAtWord, cutLines, oneLine, withoutBrokenEnd } from './cut.ts'
export { HeadBytes } from './cut-bytes.ts'
export { explainYaml, looksLikeTemplate, TEMPLATE_HINT } from './explain-yaml.ts'
export { hideLogins } from './hide-logins.ts'
export {
  type ByteRedaction,
  openRedaction,
  redactCutsWith,
  redactText,
  type TextRedactor,
} from './redaction.ts'
