import type { PartName } from '../description.ts'
import type { Part } from '../part.ts'
import { buildkit } from './buildkit.ts'
import { certificates } from './certificates.ts'
import { docker } from './docker.ts'
import { engine } from './engine.ts'
import { github } from './github.ts'
import { host } from './host.ts'
import { images } from './images.ts'
import { kubernetes } from './kubernetes.ts'
import { network } from './network.ts'
import { oidc } from './oidc.ts'
import { postgres } from './postgres.ts'
import { registry } from './registry.ts'
import { renderers } from './renderers.ts'
import { scanners } from './scanners.ts'
import { vault } from './vault.ts'

/** Every part, in the order in which they are brought up where nothing else decides. */
export const parts: { readonly [Name in PartName]: Part<Name> } = {
  certificates,
  network,
  oidc,
  github,
  registry,
  postgres,
  docker,
  images,
  kubernetes,
  vault,
  host,
  buildkit,
  scanners,
  renderers,
  engine,
}

export const partNames = Object.keys(parts) as PartName[]
