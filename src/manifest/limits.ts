/** The limits of a check. */

/** The default limit of listed diagnostics per file. */
export const DEFAULT_MAX_DIAGNOSTICS = 1000

/** The largest manifest that is read, in bytes or UTF-16 code units. */
export const MAX_MANIFEST_SIZE = 64 * 1024 * 1024
