import { isTower, parametersByPart } from '../../../architecture/index.js'
import type { Checkpoint } from '../../../checkpoint/read/index.js'
import type { ModelSpec } from '../../../schemas/index.js'
import type { LoraPlan } from '../../lora-count.js'
import { type Paint, painter } from '../../paint.js'
import { count, plural, share } from '../numbers.js'
import { printable } from '../printable.js'
import { linearLayersText } from './linear-layers.js'
import { loraText } from './lora.js'
import { notesText } from './notes.js'
import { parameterBars } from './parameter-bars.js'

/** What is printed besides the checkpoint. */
export interface InspectExtras {
  readonly lora?: LoraPlan
  /** Whether to list the linear layers. Formats for programs always do. */
  readonly linearLayers?: boolean
}

/** For people: the model, its sizes, its parameters by part, what a LoRA would train, and the notes. */
export function pretty(checkpoint: Checkpoint, { lora, linearLayers = false }: InspectExtras = {}): string {
  const paint = painter(process.stdout)
  const { spec, partialSpec, adapter, notes } = checkpoint
  const known = spec ?? partialSpec
  const blocks = [
    ...(known ? [heading(known, checkpoint, paint), sizes(known, checkpoint, paint)] : []),
    ...(adapter ? [adapterText(checkpoint, paint)] : []),
    ...parameterBars(checkpoint, paint),
    ...(linearLayers ? linearLayersText(checkpoint, paint) : []),
    ...(lora ? [loraText(lora, known?.base_num_parameters ?? 0, paint)] : []),
    ...notesText(notes, paint),
  ]
  return `${blocks.join('\n\n')}\n`
}

/** The name, what kind of model it is with all of its parts, and how large it is. */
function heading(spec: Partial<ModelSpec>, { architecture }: Checkpoint, paint: Paint): string {
  const kind = spec.is_embedding_model ? 'embedding model' : spec.is_chat ? 'chat model' : 'model'
  const towers = Object.keys(architecture ? parametersByPart(architecture) : {}).filter(
    (part) => isTower(part) && part !== 'projector',
  )
  const family = spec.family === undefined ? 'unknown' : printable(spec.family)
  const total = spec.base_num_parameters
  return [
    `${paint('bold', printable(spec.checkpoint_model_name ?? 'A checkpoint'))}  ${family} ${kind}`,
    ...(towers.length > 0 ? [` with ${towers.join(' and ')}`] : []),
    total === undefined ? ', number of parameters unknown' : `, ${count(total)} parameters`,
    ...(spec.precision === undefined ? [] : [` in ${printable(spec.precision)}`]),
  ].join('')
}

/** The rows of the table of sizes. A row without a value is not printed. */
const SIZES: readonly (readonly [label: string, of: (spec: Partial<ModelSpec>) => string | undefined])[] = [
  ['context', ({ context_size: tokens }) => (tokens ? `${count(tokens)} tokens` : undefined)],
  ['layers', ({ num_layers: layers }) => (layers === undefined ? undefined : count(layers))],
  ['hidden size', ({ hidden_size: size }) => (size === undefined ? undefined : count(size))],
  [
    'attention',
    ({ num_attention_heads: heads = 0, num_kv_heads: kvHeads }) =>
      heads > 0 ? `${heads} heads, ${kvHeads} key-value heads` : undefined,
  ],
  [
    'feed-forward',
    ({ ffn_hidden_size: size = 0, gated_mlp: gated }) =>
      size > 0 ? `${count(size)}${gated ? ', gated' : ''}` : undefined,
  ],
  [
    'vocabulary',
    ({ vocab_size: size, tied_embeddings: tied }) =>
      size === undefined ? undefined : `${count(size)}${tied ? ', tied' : ''}`,
  ],
  [
    'experts',
    ({ moe_config: moe }) =>
      moe ? `${moe.num_experts} in ${moe.num_expert_layers} layers, ${moe.num_experts_per_tok} per token` : undefined,
  ],
  [
    'Mamba',
    ({ mamba_config: mamba }) =>
      mamba
        ? `${mamba.num_mamba_layers} Mamba layers, ${mamba.num_attention_layers ?? 0} attention layers, state size ${mamba.state_size}`
        : undefined,
  ],
  ['window', ({ sliding_window_config: window }) => (window ? `${count(window.window_size)} tokens` : undefined)],
  ['linear layers', ({ linear_layers: layers }) => (layers ? count(layers.length) : undefined)],
  [
    'tool calls',
    ({ tool_call_config: tools }) => (tools?.tool_call_parser ? printable(tools.tool_call_parser) : undefined),
  ],
  [
    'GPUs of 80 GB',
    ({ minimum_gpus_all_weights: all, minimum_gpus_lora: lora }) =>
      all && lora ? `${all} to train all weights, ${lora} for LoRA` : undefined,
  ],
]

function sizes(spec: Partial<ModelSpec>, { quantisation }: Checkpoint, paint: Paint): string {
  const rows = SIZES.map(([label, of]) => [label, of(spec)] as const)
  const all = [...(quantisation ? [['quantised', quantisedText(quantisation, spec)] as const] : []), ...rows]
  return all
    .flatMap(([label, value]) => (value === undefined ? [] : [`  ${paint('dim', label.padEnd(14))} ${value}`]))
    .join('\n')
}

/** The method, its bits, and how much of the model it covers. */
function quantisedText(
  { method, bits, parameters }: NonNullable<Checkpoint['quantisation']>,
  { base_num_parameters: total = 0 }: Partial<ModelSpec>,
): string {
  const width = bits === undefined ? 'bits unknown' : `${Number(bits.toFixed(2))} bits`
  const covered = parameters === undefined || total === 0 ? '' : `, ${share(parameters, total)} of the parameters`
  return `${printable(method)}, ${width}${covered}`
}

function adapterText({ adapter }: Checkpoint, paint: Paint): string {
  if (!adapter) return ''
  const { adapter: entity, baseModel, parameters, modules } = adapter
  const rank = entity.lora_config
    ? `rank ${entity.lora_config.rank}, alpha ${entity.lora_config.alpha ?? 'unknown'}`
    : 'no rank'
  const rows = [
    `${paint('bold', printable(entity.name))}  ${entity.finetuning_type} adapter, ${rank}`,
    ...(baseModel === undefined ? [] : [`  ${paint('dim', 'base'.padEnd(14))} ${printable(baseModel)}`]),
    ...(parameters === undefined
      ? []
      : [`  ${paint('dim', 'parameters'.padEnd(14))} ${count(parameters)} in ${plural(modules ?? 0, 'module')}`]),
  ]
  return rows.join('\n')
}
