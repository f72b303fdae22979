import { readFileSync } from 'node:fs'
import { readManifest } from '../../../src/manifest/read-manifest.js'
import type { World } from '../http/answers.js'

/** The projects and filesets that manifests name, all of the workspace `default` unless they say otherwise. */
export function worldOf(paths: readonly string[]): World {
  const world = { projects: new Set<string>(), filesets: new Set<string>() }
  for (const path of paths) {
    const read = readManifest(readFileSync(path), path)
    if (!read.ok) continue
    const { project, fileset } = Object(read.value)
    if (typeof project === 'string') world.projects.add(`default/${project}`)
    if (typeof fileset === 'string') world.filesets.add(fileset.includes('/') ? fileset : `default/${fileset}`)
  }
  return world
}

/** Creates projects, and filesets without files with their workspaces, on a running platform. */
export async function makeWorld(origin: string, { projects, filesets }: World): Promise<void> {
  const entities = `${origin}/apis/entities/v2/workspaces`
  const workspaces = new Set([...filesets].map((fileset) => fileset.split('/')[0]))
  for (const name of workspaces) if (name !== 'default') await create(entities, name)
  for (const project of projects) {
    const [workspace, name] = project.split(/\/(.*)/s)
    await create(`${entities}/${workspace}/projects`, name)
  }
  for (const fileset of filesets) {
    const [workspace, name] = fileset.split('/')
    await create(`${origin}/apis/files/v2/workspaces/${workspace}/filesets`, name)
  }
}

async function create(url: string, name: string | undefined): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const reply = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ name }) })
  if (!reply.ok) throw new Error(`${url}: ${reply.status} ${await reply.text()}`)
}
