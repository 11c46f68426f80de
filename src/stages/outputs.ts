import type { BuildOutput } from './build/build.ts'
import type { CheckoutOutput } from './checkout/checkout.ts'
import type { DeployOutput } from './deploy/deploy.ts'
import type { ImageOutput } from './image/image.ts'
import type { PreflightOutput } from './preflight/preflight.ts'
import type { ReportOutput } from './report/report.ts'
import type { ScanOutput } from './scan/scan.ts'
import type { TestOutput } from './test/test.ts'

/** What each stage leaves for those that need it. */
export interface Outputs {
  preflight: PreflightOutput
  checkout: CheckoutOutput
  build: BuildOutput
  test: TestOutput
  scan: ScanOutput
  image: ImageOutput
  deploy: DeployOutput
  report: ReportOutput
}
