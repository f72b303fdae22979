/** Where a checkpoint is read from, and what it is called after that place. */
import { optionsIn } from '../../options/index.js'
import { blobSource } from './blob-source.js'
import type { FileSource } from './file-source.js'
import { isHubName, parseHubName } from './hub/hub-name.js'
import { HUB_OPTIONS, type HubOptions } from './hub/hub-settings.js'

/** The source of a path, a name on the hub, or files. Only the options of the hub count. */
export async function sourceOf(
  from: string | Iterable<File> | ReadonlyMap<string, Blob> | FileSource,
  options: HubOptions,
): Promise<FileSource> {
  if (typeof from !== 'string') return isSource(from) ? from : blobSource(from)
  if (isHubName(from)) {
    const { repository, ...named } = parseHubName(from)
    const { hubSource } = await import('./hub/hub-source.js')
    return hubSource(repository, { ...named, ...optionsIn(options, HUB_OPTIONS) })
  }
  const { pathSource } = await import('./path-source.js')
  return pathSource(from)
}

function isSource(from: Iterable<File> | ReadonlyMap<string, Blob> | FileSource): from is FileSource {
  return 'list' in from && 'read' in from
}

/** The name of the repository or of the folder. `_name_or_path` is not used: it is often a path on the author's machine. */
export function nameOf(source: FileSource): string {
  return isHubName(source.name) ? parseHubName(source.name).repository : shortName(source)
}

/** The last part of the path: `name` for `hf:org/name`. */
export function shortName({ name }: FileSource): string {
  return (
    name
      .split(/[/\\]/)
      .filter((part) => part !== '')
      .at(-1) ?? 'checkpoint'
  )
}
