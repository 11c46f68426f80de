import { PatternAutomaton, type Pattern } from './pattern-automaton.ts'
import { StartFilter } from './start-filter.ts'

/** Patterns as they are looked for. */
export interface PatternSet {
  readonly isEmpty: boolean
  readonly automaton: PatternAutomaton
  readonly filter: StartFilter
}

export function createPatternSet(patterns: readonly Pattern[]): PatternSet {
  const automaton = new PatternAutomaton(patterns)
  return { isEmpty: automaton.isEmpty, automaton, filter: new StartFilter(patterns, automaton) }
}
