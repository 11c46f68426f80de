import { type Detection, found, notFound } from './detection.ts'
import type { Workspace } from './workspace.ts'

const inventories = ['inventory.yml', 'inventory.yaml', 'inventory.ini', 'inventory', 'inventory/', 'hosts']

/** Looks for a playbook with an inventory beside it; one without the other does nothing. */
export async function detectAnsible(
  workspace: Workspace,
): Promise<Detection<{ readonly playbook: string; readonly inventory: string }>> {
  const names = await workspace.list('ansible')
  const playbook = ['site.yml', 'site.yaml'].find((each) => names.includes(each))
  if (playbook === undefined) return notFound('ansible/site.yml')
  const inventory = inventories.find((each) => names.includes(each))
  if (inventory === undefined) {
    return notFound(`an inventory beside ansible/${playbook} (${inventories.join(', ')})`)
  }
  return found(
    { playbook: `ansible/${playbook}`, inventory: `ansible/${inventory.replace(/\/$/, '')}` },
    `there are ansible/${playbook} and ansible/${inventory}`,
  )
}
