import {
  aqlm,
  bitsandbytes4,
  bitsandbytes8,
  compressed,
  eetq,
  gptOssBlocks,
  hqq,
  quantoBytes,
  quantoPacked,
  scaledParameter,
  scaledWeight,
  sparse24,
  torchao,
  torchaoModule,
} from './byte-storages.js'
import { formatOf, type Quantisation } from './quantisation.js'
import type { QuantisedWeight, StoredTensors, Unpack } from './stored-weight.js'
import { exl2, exl3, gptqOrAwq, marlin, mlx } from './word-storages.js'

/** A quantised weight that was found at a marker tensor. */
export interface FoundWeight {
  readonly weight: QuantisedWeight
  /** The names of the tensors that it may be stored in: the marker and its companions. Some may not exist. */
  readonly stored: readonly string[]
}

/**
 * Returns the quantised weight for a marker tensor, or `undefined` if the tensor is not a marker.
 *
 * Each scheme has one tensor that no other scheme has, and the other names follow from it. Sources: the checkpoints and loaders of
 * AutoGPTQ, AutoAWQ, Marlin, ExLlama 2 and 3, bitsandbytes (`QuantState.as_dict(packed=True)`, `Int8Params`), compressed-tensors,
 * ModelOpt, Quark, MLX, quanto, HQQ, torchao, EETQ, AQLM, DeepSeek-V3 (block-wise FP8) and gpt-oss (MXFP4).
 */
export function quantisedWeightAt(
  name: string,
  tensors: StoredTensors,
  quantisation: Quantisation | undefined,
): FoundWeight | undefined {
  for (const { marker, unpack, companions, module } of STORAGES) {
    const match = marker.exec(name)
    if (!match) continue
    const stem = name.slice(0, match.index)
    const weight = unpack(stem, tensors, formatOf(quantisation, module?.(stem) ?? stem), name)
    if (weight) return { weight, stored: [name, ...companions.map((suffix) => stem + suffix)] }
  }
  return undefined
}

interface Storage {
  /** The end of the marker's name; the part before it is the stem. */
  readonly marker: RegExp
  /** The other tensors of the weight, as suffixes of the stem. */
  readonly companions: readonly string[]
  readonly unpack: Unpack
  /** The name that configs use for a stem, if it is another one. */
  readonly module?: (stem: string) => string
}

const INPUT_SCALES = [
  '.input_scale',
  '.input_global_scale',
  '.input_zero_point',
  '.activation_scale',
  '.pre_quant_scale',
]

/** The `tensor_data_names` of torchao's tensors, other than `qdata`. */
const TORCHAO_TENSORS = [
  ...['_scale', '_zero_point', '_act_pre_scale', '_per_tensor_scale', '_act_per_tensor_scale', '_act_quant_scale'],
  ...['_act_quant_zero_point', '_scale_and_zero', '_group_scale', '_group_zero', '_row_scale', '_sparse_metadata'],
]

const STORAGES: readonly Storage[] = [
  {
    marker: /\.qweight$/,
    companions: [
      '.qzeros',
      '.scales',
      '.scaled_zeros',
      '.g_idx',
      '.act_global_scale',
      '.weight_global_scale',
      '.forward_hadamard_matrix',
    ],
    unpack: gptqOrAwq,
  },
  {
    marker: /\.weight\.quant_state\.bitsandbytes__(?:nf4|fp4)$/,
    companions: ['.weight', '.weight.absmax', '.weight.quant_map', '.weight.nested_absmax', '.weight.nested_quant_map'],
    unpack: bitsandbytes4,
  },
  { marker: /\.SCB$/, companions: ['.weight', '.weight_format'], unpack: bitsandbytes8 },
  { marker: /_blocks$/, companions: ['_scales'], unpack: gptOssBlocks },
  {
    marker: /\.weight_packed$/,
    companions: [
      '.weight_scale',
      '.weight_shape',
      '.weight_zero_point',
      '.weight_g_idx',
      '.weight_global_scale',
      ...INPUT_SCALES,
    ],
    unpack: compressed,
  },
  {
    marker: /\.compressed$/,
    companions: ['.bitmask', '.shape', '.row_offsets', '.weight_scale', '.weight_zero_point', ...INPUT_SCALES],
    unpack: sparse24,
  },
  { marker: /\.B$/, companions: ['.s', '.s_channel', '.s_group', '.workspace'], unpack: marlin },
  {
    marker: /\.q_weight$/,
    companions: ['.q_scale', '.q_scale_max', '.q_groups', '.q_invperm', '.q_perm', '.q_group_map'],
    unpack: exl2,
  },
  { marker: /\.trellis$/, companions: ['.suh', '.svh', '.su', '.sv', '.mcg', '.mul1'], unpack: exl3 },
  {
    marker: /\.weight\._data\._data$/,
    companions: ['.weight._scale', '.weight._shift', '.input_scale', '.output_scale'],
    unpack: quantoPacked,
  },
  {
    marker: /\.weight\._data$/,
    companions: ['.weight._scale', '.weight._shift', '.input_scale', '.output_scale'],
    unpack: quantoBytes,
  },
  {
    marker: /\.W_q$/,
    companions: [
      ...['.scale', '.zero', '.shape', '.axis', '.group_size', '.nbits', '.channel_wise', '.compute_dtype'],
      ...[
        '.encoded_state_dict',
        '.offload_meta',
        '.optimize',
        '.packing',
        '.quant_scale',
        '.quant_zero',
        '.round_zero',
      ],
      ...['.stores_quant_config', '.unpack_view_dtype', '.view_as_float', '.meta'],
    ],
    unpack: hqq,
  },
  {
    marker: /(?<=\._\w+)_qdata$/,
    companions: TORCHAO_TENSORS,
    module: torchaoModule,
    unpack: torchao,
  },
  { marker: /\.codes$/, companions: ['.codebooks', '.scales'], unpack: aqlm },
  { marker: /\.weight_scales$/, companions: ['.weight'], unpack: eetq },
  { marker: /\.weight$/, companions: ['.scales', '.biases'], unpack: mlx },
  {
    marker: /\.weight$/,
    companions: [
      '.weight_scale_inv',
      '.weight_scale',
      '.weight_scale_2',
      '.weight_zero_point',
      '.output_scale',
      ...INPUT_SCALES,
    ],
    unpack: scaledWeight,
  },
  {
    marker: /(?<=\.\w+)_(?:weight_)?scale(?:_inv)?$/,
    companions: ['', '_weight_scale_2', '_input_scale', '_activation_scale'],
    unpack: scaledParameter,
  },
]
