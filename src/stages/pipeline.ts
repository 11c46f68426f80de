import type { Config } from '../config/config.ts'
import type { Stages } from '../pipeline/index.ts'
import { build } from './build/build.ts'
import { checkout } from './checkout/checkout.ts'
import { deploy } from './deploy/deploy.ts'
import { image } from './image/image.ts'
import { rememberBuild } from './build/built-here.ts'
import type { Outputs } from './outputs.ts'
import { preflight } from './preflight/preflight.ts'
import type { Reporter } from './report/reporter.ts'
import { refuseForeignBytes } from './refuse-foreign-bytes.ts'
import { report } from './report/report.ts'
import { scan } from './scan/scan.ts'
import type { Systems } from './systems.ts'
import { test } from './test/test.ts'

/** The stages, in the order of the sequence. */
export const stages: Stages<Outputs, Config, Systems & { readonly reporter: Reporter }> = {
  preflight,
  checkout,
  // What the commit's code may have written beside its own files is looked for at the end of each stage that runs any.
  build: refuseForeignBytes(rememberBuild(build)),
  test: refuseForeignBytes(test),
  scan: refuseForeignBytes(scan),
  image: refuseForeignBytes(image),
  deploy: refuseForeignBytes(deploy),
  report,
}
