/**
 * What torchao writes about each weight into the metadata of a safetensors file. Only there does a file say how many bits the
 * bytes of `_weight_qdata` use: integers of two to eight bits are all stored as bytes.
 *
 * Source: `flatten_tensor_state_dict` of torchao 0.18 (`prototype/safetensors`).
 */
import { isObject } from '../../architecture/config-object.js'
import { objectIn, textIn } from '../json-object.js'
import { torchaoModule } from './byte-storages.js'
import { namedFormat } from './named-format.js'
import type { FormatOfModules } from './quantisation.js'
import { byName } from './quantisation.js'
import { FORMATS, integers, type WeightFormat } from './weight-format.js'

/** A header, as far as torchao writes into it. */
interface DescribedHeader {
  readonly tensors: ReadonlyMap<string, unknown>
  readonly metadata?: ReadonlyMap<string, string>
}

/** The formats of the weights that torchao describes in the metadata of a file. */
export function torchaoFormats({ tensors, metadata }: DescribedHeader): readonly FormatOfModules[] {
  if (!metadata?.has('tensor_names')) return []
  const stems = [...tensors.keys()].flatMap((tensor) => /^(.*)_qdata$/s.exec(tensor)?.[1] ?? [])
  const named = stems.flatMap((stem): [string, WeightFormat][] => {
    const module = torchaoModule(stem)
    const text = metadata.get(`${module}.weight`) ?? metadata.get(module)
    const format = text === undefined ? undefined : describedFormat(text)
    return format ? [[module, format]] : []
  })
  return byName(named)
}

function describedFormat(text: string): WeightFormat | undefined {
  const value = parsed(text)
  const type = textIn(value, '_type') ?? ''
  const data = objectIn(value, '_data')
  const dtype = textIn(objectIn(data, 'target_dtype') ?? objectIn(data, 'elem_dtype'), '_data')
  return Object.hasOwn(FORMAT_OF_TYPE, type) ? FORMAT_OF_TYPE[type]?.(dtype) : undefined
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

const PACKED_INT4: WeightFormat = { ...integers(4), packed: true }

/** The format of each class of tensors, from the dtype that it states. `Float8Tensor` needs no row: the tensor's own dtype tells. */
const FORMAT_OF_TYPE: Readonly<Record<string, (dtype: string | undefined) => WeightFormat | undefined>> = {
  Int4PlainInt32Tensor: () => PACKED_INT4,
  Int4PreshuffledTensor: () => PACKED_INT4,
  Int4Tensor: () => PACKED_INT4,
  Int4TilePackedTo4dTensor: () => PACKED_INT4,
  Int8Tensor: () => integers(8),
  IntxUnpackedToInt8Tensor: namedFormat,
  MXTensor: (dtype) => (dtype?.startsWith('float4') ? FORMATS.mxfp4 : FORMATS.float8),
  NVFP4Tensor: () => FORMATS.nvfp4,
}
