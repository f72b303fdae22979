import { parametersByPart } from '../../../architecture/index.js'
import type { Checkpoint } from '../../../checkpoint/read/index.js'
import type { ModelSpec } from '../../../schemas/index.js'
import type { LoraPlan } from '../../lora-count.js'
import { type Paint, painter } from '../../paint.js'
import { count, plural, share } from '../numbers.js'
import { printable } from '../printable.js'
import { loraText } from './lora.js'

/** For people: the model, its sizes, its parameters by part, what a LoRA would train, and the notes. */
export function pretty(checkpoint: Checkpoint, lora?: LoraPlan): string {
  const paint = painter(process.stdout)
  const { spec, adapter, stored, notes } = checkpoint
  const blocks = [
    ...(spec ? [heading(spec, paint), sizes(spec, paint)] : []),
    ...(adapter ? [adapterText(checkpoint, paint)] : []),
    ...parts(checkpoint, paint),
    ...(lora ? [loraText(lora, spec?.base_num_parameters ?? 0, paint)] : []),
    ...(notes.length > 0 ? [notes.map((note) => `${paint('dim', 'note:')} ${printable(note)}`).join('\n')] : []),
  ]
  if (stored && !spec && !adapter)
    blocks.unshift(
      `${paint('bold', 'A checkpoint without a spec')}, ${plural(stored.storage.parameters.length, 'parameter tensor')}`,
    )
  return `${blocks.join('\n\n')}\n`
}

function heading(spec: ModelSpec, paint: Paint): string {
  const kind = spec.is_embedding_model ? 'embedding model' : spec.is_chat ? 'chat model' : 'model'
  const name = paint('bold', printable(spec.checkpoint_model_name))
  return `${name}  ${printable(spec.family)} ${kind}, ${count(spec.base_num_parameters)} parameters in ${printable(spec.precision)}`
}

/** The rows of the table of sizes. A row without a value is not printed. */
const SIZES: readonly (readonly [label: string, of: (spec: ModelSpec) => string | undefined])[] = [
  ['context', ({ context_size: tokens }) => (tokens ? `${count(tokens)} tokens` : undefined)],
  ['layers', ({ num_layers: layers }) => count(layers)],
  ['hidden size', ({ hidden_size: size }) => count(size)],
  [
    'attention',
    ({ num_attention_heads: heads, num_kv_heads: kvHeads }) =>
      heads > 0 ? `${heads} heads, ${kvHeads} key-value heads` : undefined,
  ],
  [
    'feed-forward',
    ({ ffn_hidden_size: size, gated_mlp: gated }) => (size > 0 ? `${count(size)}${gated ? ', gated' : ''}` : undefined),
  ],
  ['vocabulary', ({ vocab_size: size, tied_embeddings: tied }) => `${count(size)}${tied ? ', tied' : ''}`],
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

function sizes(spec: ModelSpec, paint: Paint): string {
  const rows = SIZES.flatMap(([label, of]) => {
    const value = of(spec)
    return value === undefined ? [] : [`  ${paint('dim', label.padEnd(14))} ${value}`]
  })
  return rows.join('\n')
}

const BAR_WIDTH = 30

/** The parameters of each part, with a bar for its share. */
function parts({ architecture, stored }: Checkpoint, paint: Paint): string[] {
  const tree = architecture ?? stored
  if (!tree) return []
  const byPart = Object.entries(parametersByPart(tree)).sort(([, a], [, b]) => b - a)
  const total = byPart.reduce((sum, [, parameters]) => sum + parameters, 0)
  const rows = byPart.map(([part, parameters]) => {
    const bar = '█'.repeat(Math.round((BAR_WIDTH * parameters) / total)).padEnd(BAR_WIDTH, '░')
    return `  ${printable(part).padEnd(14)} ${paint('cyan', bar)} ${share(parameters, total).padStart(7)}  ${count(parameters)}`
  })
  return [`${paint('bold', 'Parameters')}  ${count(total)}\n${rows.join('\n')}`]
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
