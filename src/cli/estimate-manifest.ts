import type { Architecture } from '../architecture/index.js'
import { architectureOfSpec } from '../estimate/index.js'
import { readManifest } from '../manifest/read-manifest.js'
import { validate } from '../validation/index.js'
import { UsageError } from './exit-code.js'
import { readFile } from './read-file.js'

/** The model that a manifest describes. */
export interface ManifestModel {
  readonly name: string
  readonly architecture: Architecture
  readonly notes: readonly string[]
}

/** Whether an argument names a manifest. The extension decides: a `.json` file is read as a config. */
export function isManifestName(name: string): boolean {
  return /\.ya?ml$/i.test(name)
}

/**
 * Rebuilds the model of a manifest from its `spec`.
 *
 * @throws UsageError if the file cannot be read, or if its spec is missing or invalid
 */
export async function modelOfManifest(path: string): Promise<ManifestModel> {
  const content = await readFile(path)
  if (!content.ok) throw new UsageError(`${path} cannot be read: ${content.why}`)
  const result = validate('ModelSpec', specIn(path, content.bytes))
  if (!result.ok) {
    const [first] = Array.isArray(result.detail) ? result.detail : []
    const where = first ? `${first.loc.join('.')}: ${first.msg}` : String(result.detail)
    throw new UsageError(`${path} has an invalid spec: ${where}; run \`check\` to see all errors`)
  }
  const { architecture, assumptions } = architectureOfSpec(result.value)
  const { checkpoint_model_name: name, precision } = result.value
  return { name, architecture, notes: [...precisionNotes(precision), ...assumptions] }
}

/** The estimate counts weights by its method, whatever the spec says. */
function precisionNotes(precision: string): string[] {
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
