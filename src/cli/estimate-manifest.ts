import { readManifest } from '../manifest/read-manifest.js'
import type { ModelSpec } from '../schemas/index.js'
import { validate } from '../validation/index.js'
import { UsageError } from './exit-code.js'
import { readFile } from './read-file.js'

/** Whether an argument names a manifest. The extension decides: a `.json` file is read as a config. */
export function isManifestName(name: string): boolean {
  return /\.ya?ml$/i.test(name)
}

/**
 * Reads the `spec` of a manifest.
 *
 * @throws UsageError if the file cannot be read, or if its spec is missing or invalid
 */
export async function specOfManifest(path: string): Promise<ModelSpec> {
  const content = readFile(path)
  if (!content.ok) throw new UsageError(`${path} cannot be read: ${content.why}`)
  const result = validate('ModelSpec', specIn(path, content.bytes))
  if (!result.ok) {
    const [first] = Array.isArray(result.detail) ? result.detail : []
    const where = first ? `${first.loc.join('.')}: ${first.msg}` : String(result.detail)
    throw new UsageError(`${path} has an invalid spec: ${where}; run \`check\` to see all errors`)
  }
  return result.value
}

/** A note for methods that train: they count weights by their own rules, whatever the spec says. */
export function precisionNotes(precision: string): string[] {
  return WIDE.test(precision)
    ? []
    : [`the spec's precision, ${precision}, is not used: the method decides how weights are counted`]
}

const WIDE = /^(?:b?float16|bf16|fp16)$/

function specIn(path: string, bytes: Uint8Array): unknown {
  const read = readManifest(bytes, path)
  if (!read.ok) throw new UsageError(`${path} cannot be read: ${read.why}`)
  const manifest = read.value
  if (typeof manifest === 'object' && manifest !== null && 'spec' in manifest) return manifest.spec
  throw new UsageError(`${path} has no spec: an estimate needs the model's sizes`)
}
