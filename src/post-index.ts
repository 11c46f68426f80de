import { begin } from './main/begin.ts'

// The entry of what runs after the job's last step: a program of its own, so that it never becomes the step, whatever
// state that one has left or not.
const signals = begin(process)
const { post } = await import('./post.ts')
await post(process, signals)
