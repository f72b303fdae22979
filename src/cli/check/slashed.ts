/** A path with forward slashes, also on Windows. */
export function slashed(path: string): string {
  return IS_WINDOWS ? path.replaceAll('\\', '/') : path
}

const IS_WINDOWS = process.platform === 'win32'
