import { type Detection, found, notFound } from './detection.ts'
import type { Workspace } from './workspace.ts'

const folders = ['k8s', 'deploy', 'manifests']

/** Files that make a folder something that is rendered. */
const rendered: readonly (readonly [string, string])[] = [
  ['Chart.yaml', 'a Helm chart'],
  ['kustomization.yaml', 'a kustomization'],
  ['kustomization.yml', 'a kustomization'],
  ['Kustomization', 'a kustomization'],
]

/** Looks for a folder that is a kustomization or a chart, or has at least one file that is a Kubernetes object. */
export async function detectKubernetes(workspace: Workspace): Promise<Detection<readonly string[]>> {
  for (const folder of folders) {
    const all = await workspace.list(folder)
    const [file, what] = rendered.find(([name]) => all.includes(name)) ?? []
    if (file !== undefined) return found([`${folder}/`], `${folder}/${file} makes it ${what ?? ''}`)
    const names = all.filter((each) => /\.(?:ya?ml|json)$/.test(each))
    const texts = await Promise.all(names.map((each) => workspace.read(`${folder}/${each}`)))
    const first = texts.findIndex((text) => text !== undefined && isObject(text))
    if (first !== -1) return found([`${folder}/`], `${folder}/${names[first] ?? ''} is a Kubernetes object`)
  }
  return notFound(
    `Kubernetes objects, a kustomization or a chart in ${folders.map((each) => `${each}/`).join(', ')}`,
  )
}

/** Good enough to tell a manifest from other YAML; what is wrong inside is said when manifests are read. */
function isObject(text: string): boolean {
  return /^[ \t]*"?apiVersion"?[ \t]*:/m.test(text) && /^[ \t]*"?kind"?[ \t]*:/m.test(text)
}
