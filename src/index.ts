import { begin } from './main/begin.ts'

// The entry of the step itself. Before the rest is loaded, signals are taken: one may come at any moment.
const signals = begin(process)
const { main } = await import('./main.ts')
await main(process, signals)
