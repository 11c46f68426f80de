import { writeFileSync } from 'node:fs'
import { addresses } from '../addresses.ts'
import { run, tryCommand } from '../command.ts'
import type { Part } from '../part.ts'

const bridge = 'sgt0'

/**
 * An address that the machine has for the testbed alone. It sits on a bridge without ports: a kernel without the dummy
 * driver has bridges still, as pods need them. Forwarding is on before Docker starts, because an engine that has to
 * switch it on itself also sets the FORWARD policy to DROP.
 */
export const network: Part<'network'> = {
  name: 'network',
  title: 'address of the machine',
  needs: [],
  programs: ['ip', 'iptables'],
  async up() {
    if ((await tryCommand(['ip', 'link', 'show', bridge])).exitCode !== 0) {
      await run(['ip', 'link', 'add', bridge, 'type', 'bridge'], {
        next: 'run as root: network devices are made',
      })
    }
    await run(['ip', 'address', 'replace', `${addresses.machine}/32`, 'dev', bridge])
    await run(['ip', 'link', 'set', bridge, 'up'])
    writeFileSync('/proc/sys/net/ipv4/ip_forward', '1')
    return { address: addresses.machine }
  },
  async down() {
    await tryCommand(['ip', 'link', 'delete', bridge])
  },
}
