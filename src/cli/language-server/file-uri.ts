import { fileURLToPath, pathToFileURL } from 'node:url'

/** The path of a document. Undefined for one that is not a file, such as `untitled:Untitled-1`. */
export function pathOfUri(uri: string): string | undefined {
  if (!/^file:/i.test(uri)) return undefined
  try {
    return fileURLToPath(uri)
  } catch {
    return undefined
  }
}

/** The URI of a file. */
export function uriOfPath(path: string): string {
  return pathToFileURL(path).href
}
