import { debianLayer } from '../images/debian-layer.ts'
import { flyway, flywayLayer } from '../images/flyway-layer.ts'
import { nodeLayer } from '../images/node-layer.ts'
import { pauseLayer } from '../images/pause-layer.ts'
import { pushImage } from '../images/push-image.ts'
import { sectionOf, type Part } from '../part.ts'

const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Base images for the sample, for migrations and for pods: no image of the testbed comes from another registry. */
export const images: Part<'images'> = {
  name: 'images',
  title: 'base images',
  needs: ['registry'],
  programs: ['debootstrap'],
  async up(context) {
    const registry = sectionOf(context, 'registry')
    const base = await debianLayer(context)
    const [node, migrations, pause] = [
      await nodeLayer(context),
      await flywayLayer(context),
      await pauseLayer(context),
    ]
    const debianImage = {
      name: 'base/debian:bookworm',
      layers: [base],
      config: { Env: [path], Cmd: ['bash'] },
    }
    const nodeImage = {
      name: 'base/node:24',
      layers: [base, node],
      config: { Env: [path, 'NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt'], Cmd: ['node'] },
    }
    const flywayImage = {
      name: `tools/flyway:${flyway.version}`,
      layers: [base, migrations],
      config: {
        Env: [`${path}:/flyway`],
        Entrypoint: ['/flyway/flyway'],
        WorkingDir: '/flyway',
        User: '65532:65532',
      },
    }
    const pauseImage = { name: 'tools/pause:1', layers: [pause], config: { Entrypoint: ['/pause'] } }
    return {
      debian: await pushImage(debianImage, registry),
      node: await pushImage(nodeImage, registry),
      flyway: await pushImage(flywayImage, registry),
      pause: await pushImage(pauseImage, registry),
    }
  },
}
