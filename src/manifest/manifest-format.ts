/** The file formats of manifests. */
export type ManifestFormat = (typeof FORMATS)[number]

/** The names of the formats. */
export const FORMATS = ['yaml', 'json', 'jsonl'] as const

/** The format for a file extension, before `.gz` too. YAML if the extension is unknown. */
export function formatOf(file: string): ManifestFormat {
  if (/\.(?:jsonl|ndjson)(?:\.gz)?$/i.test(file)) return 'jsonl'
  return /\.json(?:\.gz)?$/i.test(file) ? 'json' : 'yaml'
}
