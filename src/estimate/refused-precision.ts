import { familyOf } from '../architecture/families/index.js'
import type { CheckedMemoryOptions } from './checked-memory-options.js'
import { methodOf } from './methods.js'
import type { PackedStorage } from './replay/packed/packed-storage.js'
import type { ResolvedModel } from './resolved-model.js'

/**
 * Refuses precisions in which transformers keeps some layers of a family in float32, whose memory is not modelled.
 *
 * @throws RangeError that names the option, and what to do
 */
export function refusePrecision({ architecture, storage }: ResolvedModel, options: CheckedMemoryOptions): void {
  const { family } = architecture
  const { keptInFloat32, keepsFloat32, onlyFloat32 } = familyOf(family) ?? {}
  const { trains, weights, quantization } = methodOf(options.method)
  if (onlyFloat32) {
    const isPacked = quantization !== 'none' || options.storage !== undefined
    const isWide =
      trains === 'nothing'
        ? storage(options.served).precision === 'float32'
        : !isPacked && (weights === 'float32' || options.precision === 'float32')
    const wayOut = isPacked ? "`method: 'lora'` with `precision: 'float32'`" : "`precision: 'float32'`"
    if (!isWide) throw new RangeError(`${family} cannot be estimated in this precision: ${onlyFloat32}; pass ${wayOut}`)
  }
  if (!keptInFloat32) return
  const kept = `transformers keeps ${keptInFloat32.map((name) => `\`${name}\``).join(' and ')} of ${family} in float32 there, which is not modelled`
  const stored = storage(options.served).precision
  const isHalf = trains === 'nothing' ? stored === 'float16' : weights !== 'float32' && options.precision === 'float16'
  if (isHalf && !keepsFloat32)
    throw new RangeError(`float16 cannot be estimated for ${family}: ${kept}; pass \`precision: 'bfloat16'\``)
  const isPacked = trains === 'nothing' ? BY_BITSANDBYTES.has(stored) : BY_BITSANDBYTES.has(options.storage ?? '')
  if (isPacked && keepsFloat32 !== 'unpacked')
    throw new RangeError(
      `weights of bitsandbytes cannot be estimated for ${family}: ${kept}; pass ${trains === 'nothing' ? "`precision: 'bfloat16'`" : "`method: 'lora'` without quantization"}`,
    )
}

/** bitsandbytes leaves such layers unpacked (`use_keep_in_fp32_modules` in transformers' quantizers). */
const BY_BITSANDBYTES: ReadonlySet<string> = new Set<PackedStorage | 'fp4'>(['nf4', 'nf4-double', 'int8', 'fp4'])
