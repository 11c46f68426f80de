/** What a set of manifests may be at most. No set that people write comes near; they keep parsers and memory safe. */
export const limits = {
  /** Of one file, and of what one tool writes. */
  fileBytes: 10_000_000,
  renderedBytes: 50_000_000,
  /** Characters of all files and renderings together. */
  totalLength: 50_000_000,
  objects: 5_000,
  /** Characters of one document. */
  documentLength: 10_000_000,
  /** Characters of one word or text: the API server takes no request of more than 3 MiB. */
  wordLength: 3_145_728,
  /** Lists and mappings inside each other, aliases followed. */
  depth: 100,
  tokens: 1_000_000,
  /** Entries of one list or mapping. */
  keys: 20_000,
  /** Words and signs of one line, brackets aside. */
  lineTokens: 1_000,
  /** Anchors, aliases and tags of one file. */
  references: 10_000,
  /** Values of one document when every alias is followed. */
  values: 500_000,
  /** Files and folders of one chart. */
  chartEntries: 10_000,
  /** Kustomizations that one is made of. */
  bases: 200,
} as const
