import { textOrBytes } from '../json/text-or-bytes.js'
import type { MinimumGpusOfSpec } from '../lint/index.js'
import { checkOptions, choice, func, limit, modelName, type OptionTable, text } from '../options/index.js'
import { SCHEMA_NAMES, type SchemaName } from '../schemas/index.js'
import { checkSource } from './check-source.js'
import type { ManifestCheck } from './diagnostic.js'
import { FORMATS, type ManifestFormat } from './manifest-format.js'

export type { ManifestFormat }

/** Options of {@link checkManifest}. */
export interface CheckManifestOptions {
  /** The file name in diagnostics. Its extension selects the format. Default: `manifest.yaml`. */
  readonly file?: string
  /** The format of the text. Default: from the file extension, or YAML if that is unknown. */
  readonly format?: ManifestFormat
  /** The definition to check each document against. Default: a request or an entity, detected from its fields. */
  readonly model?: SchemaName
  /** The name of an entity that has none, as `nemo models create NAME --input-file FILE` gives it one. */
  readonly name?: string
  /** Estimates the fewest GPUs, as for {@link lint}: `minimumGpus` of `model-entity/estimate`. */
  readonly minimumGpus?: MinimumGpusOfSpec
  /**
   * The largest number of diagnostics to list. The rest are only counted. Lists errors first, then warnings, then infos,
   * and of each the first ones in the file. Default: 1,000.
   */
  readonly maxDiagnostics?: number
}

/** The options that `checkManifest` accepts. */
export const CHECK_MANIFEST_OPTIONS: OptionTable<CheckManifestOptions> = {
  file: text,
  format: choice(FORMATS),
  model: modelName(SCHEMA_NAMES),
  name: text,
  minimumGpus: func(),
  maxDiagnostics: limit(0),
}

/**
 * Checks the documents of a manifest. Reports what the service would refuse (errors), and what it accepts but is probably
 * unintended (warnings and infos), each with line and column. Comments such as
 * `# model-entity-disable-line trust-remote-code -- reviewed` silence warnings and infos in YAML.
 *
 * The time is linear in the size of the manifest with its aliases expanded, which is bounded, and the number of listed
 * diagnostics is limited. Problems in an aliased value are reported once. Secrets are masked: values under a key that
 * names a secret, such as `api_key`, and the user info of URLs.
 *
 * @param manifest - the text of the file, or its bytes, which must be UTF-8
 * @throws TypeError if an option is unknown or wrong, `model` is not a definition, or `manifest` is neither text nor bytes
 * @throws RangeError if `maxDiagnostics` is not a count
 * @example
 * ```ts
 * const { diagnostics } = checkManifest('name: llama\nspec:\n  num_layers: forty\n', { file: 'llama.yaml' })
 * ```
 */
export function checkManifest(
  manifest: string | ArrayBufferLike | ArrayBufferView,
  options: CheckManifestOptions = {},
): ManifestCheck {
  checkOptions(options, CHECK_MANIFEST_OPTIONS)
  return checkSource(textOrBytes(manifest, 'the manifest'), options).check
}
