export { type Blame, catalogue, type CatalogueEntry, type ErrorCode } from './catalogue.ts'
export { DOCS_URL, renderError } from './render-error.ts'
export { type ErrorDetails, StagegateError } from './stagegate-error.ts'
export { toStagegateError } from './to-stagegate-error.ts'
