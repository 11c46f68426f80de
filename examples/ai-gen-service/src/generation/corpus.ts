import type { Style } from './generation.ts'

/** Sentences that the generator learns its word pairs from; written for this service. */
export const corpus: readonly string[] = [
  'the release leaves the harbour only when every light on the pier is green',
  'a careful pilot reads the chart before the ship leaves the harbour',
  'every change begins as a small idea on a quiet morning',
  'the small idea grows when the team reads it with care',
  'a test is a promise that the morning shift can read',
  'the team keeps every promise that the chart has shown',
  'the light on the pier is a signal for the ship and the crew',
  'when the wind turns the crew reads the chart with care and waits for a signal',
  'a quiet service answers every question before the morning shift begins',
  'the service keeps a record of every question and every answer',
  'a record that nobody reads is a light that nobody sees',
  'the crew sees the light and turns the ship before the wind grows',
  'an answer grows from a question as a tree grows from a seed',
  'a seed that is planted with care gives the same tree in every garden',
  'the garden is quiet when the wind leaves and the light returns',
  'a ship that returns with a record is worth more than a ship that leaves with a promise',
  'the pilot plants a small signal in every message and waits for an answer',
  'a message that is read twice gives the same answer in the same light',
  'the same question in the same style gives the same answer',
  'every garden begins with a seed and a morning without wind',
]

/** How each style opens, joins and closes what the chain composed. */
export const phrases: Record<
  Style,
  { openings: readonly string[]; joints: readonly string[]; closings: readonly string[] }
> = {
  plain: {
    openings: ['About', 'On', 'Regarding'],
    joints: ['Then', 'And so', 'Meanwhile'],
    closings: ['That is all.', 'This is the whole answer.'],
  },
  formal: {
    openings: ['With reference to', 'In consideration of', 'Concerning'],
    joints: ['Furthermore', 'Accordingly', 'It follows that'],
    closings: ['We trust that this answers the question.', 'This concludes the statement.'],
  },
  playful: {
    openings: ['Oh,', 'Once upon a time there was', 'Guess what became of'],
    joints: ['And then, whoosh,', 'Hop!', 'Just imagine,'],
    closings: ['Ta-da!', 'And they all deployed happily ever after.'],
  },
}
