import { readFileSync } from 'node:fs'
import { Staging } from '../staging.ts'
import type { SecureRun } from './secure-run.ts'

/** What is worth stealing, by what it is called. */
export async function listTreasures(run: SecureRun): Promise<Readonly<Record<string, string>>> {
  const { testbed } = run
  const ofJobs = [...run.grants].flatMap(([name, { token, env }]) => [
    [`token of ${name}`, token],
    [`identity of ${name}`, env.ACTIONS_ID_TOKEN_REQUEST_TOKEN],
    [`runtime token of ${name}`, env.ACTIONS_RUNTIME_TOKEN],
  ])
  const secrets = await new Staging(testbed).secretValues()
  return Object.fromEntries([
    ...ofJobs.filter(([, value]) => value !== undefined && value !== ''),
    ['registry password', testbed.registry.password],
    ['token of Vault', testbed.vault.rootToken],
    // A line of each: a thief may have it with other line ends.
    ['kubeconfig', lineOf(readFileSync(testbed.kubernetes.kubeconfig, 'utf8'))],
    ['ssh key', lineOf(readFileSync(testbed.host.privateKey, 'utf8'))],
    ...secrets.filter((value) => value.length > 20).map((value) => ['secret of Vault', value]),
  ]) as Record<string, string>
}

/** The names of those that are in a text, sorted. */
export function findTreasures(treasures: Readonly<Record<string, string>>, text: string): readonly string[] {
  return Object.entries(treasures)
    .filter(([, value]) => text.includes(value))
    .map(([name]) => name)
    .toSorted()
}

function lineOf(text: string): string {
  return text.split('\n').find((line) => /[A-Za-z0-9+/]{40}/.test(line)) ?? text
}
