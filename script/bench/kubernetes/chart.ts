import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A chart that renders a manifest as it is. */
export async function chartOf(folder: string, name: string, yaml: string): Promise<string> {
  const chart = join(folder, name)
  await mkdir(join(chart, 'templates'), { recursive: true })
  await writeFile(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: bench\nversion: 0.1.0\n')
  await writeFile(join(chart, 'templates', 'all.yaml'), yaml.replaceAll('{{', '{{ "{{" }}'))
  return chart
}
