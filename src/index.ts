import { failUnlessFinished } from './main/exit-code.ts'

// The entry of both halves: the runner starts it once for the step, and once more after the job's last step.
failUnlessFinished(process)
const isPost = (process.env['STATE_stagegate-main'] ?? '') !== ''
if (isPost) {
  const { post } = await import('./post.ts')
  await post(process)
} else {
  const { main } = await import('./main.ts')
  await main(process)
}
