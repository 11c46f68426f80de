import { execFileSync } from 'node:child_process'
import { startControlPlane } from './lib/control-plane.ts'
const p = await startControlPlane(); const k = process.argv[2]!
const run = (...a: string[]) => { const t = performance.now(); execFileSync(k, ['--kubeconfig', p.kubeconfigFile, ...a], { stdio: ['ignore', 'ignore', 'inherit'] }); console.log(a.slice(0, 2).join(' '), ((performance.now() - t) / 1000).toFixed(1), 's') }
run('create', 'ns', 'p3'); run('apply', '--server-side', '-f', '/tmp/kset3'); run('apply', '--server-side', '-f', '/tmp/kset3'); run('delete', '-f', '/tmp/kset3'); run('apply', '-f', '/tmp/kset3'); run('apply', '-f', '/tmp/kset3')
await p.close()
