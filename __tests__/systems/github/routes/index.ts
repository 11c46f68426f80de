import type { RepositoryRoutes, Routes } from '../route.ts'
import { actionsRoutes } from './actions.ts'
import { checkRunRoutes } from './check-runs.ts'
import { checkSuiteRoutes } from './check-suites.ts'
import { codeScanningRoutes } from './code-scanning.ts'
import { commentRoutes } from './comments.ts'
import { commitRoutes } from './commits.ts'
import { contentRoutes } from './contents.ts'
import { deploymentStatusRoutes } from './deployment-statuses.ts'
import { deploymentRoutes } from './deployments.ts'
import { gitDatabaseRoutes } from './git-database.ts'
import { metaRoutes } from './meta.ts'
import { pullRoutes } from './pulls.ts'
import { accountRoutes, repositoryRoutes } from './repositories.ts'
import { statusRoutes } from './statuses.ts'

/** Routes outside a repository. */
export const generalRoutes: Routes = { ...metaRoutes, ...accountRoutes }

/** Routes below `/repos/{owner}/{repo}`. */
export const routesOfRepositories: RepositoryRoutes = {
  ...actionsRoutes,
  ...checkRunRoutes,
  ...checkSuiteRoutes,
  ...codeScanningRoutes,
  ...commentRoutes,
  ...commitRoutes,
  ...contentRoutes,
  ...deploymentRoutes,
  ...deploymentStatusRoutes,
  ...gitDatabaseRoutes,
  ...pullRoutes,
  ...repositoryRoutes,
  ...statusRoutes,
}
