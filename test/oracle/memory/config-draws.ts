import type { Random } from '../random.js'

/** The content of a config.json. */
export type Config = Readonly<Record<string, unknown>>

/** What a config class says: see config_facts.py. */
export interface ConfigFacts {
  /** Its fields with their defaults. */
  readonly values: Config
  /** The name of its class with each head. */
  readonly heads: Readonly<Record<string, string>>
}

/**
 * A config near a recorded one: some fields of its class get other values, or are left out. transformers does not run all of them.
 *
 * @param head - the head of the class, such as `ForSequenceClassification`; absent: as the recorded one
 */
export function drawnConfig(random: Random, recorded: Config, facts: ConfigFacts, head?: string): Config {
  const config: Record<string, unknown> = { ...recorded }
  const [text, values] = [recorded['text_config'], facts.values['text_config']]
  if (isConfig(text) && isConfig(values)) config['text_config'] = drawnConfig(random, text, { values, heads: {} })
  const fields = changeable(config, facts)
  for (let changes = random.below(5); changes > 0 && fields.length > 0; changes -= 1) {
    const name = random.pick(fields)
    const value = valueFor(random, name, config, facts)
    if (value === LEFT_OUT) delete config[name]
    else config[name] = value
  }
  const named = head && facts.heads[head]
  if (!named) return config
  const labels = head.endsWith('Classification') && !('num_labels' in config) ? { num_labels: 1 + random.below(4) } : {}
  return { ...config, ...labels, architectures: [named], pad_token_id: config['pad_token_id'] ?? 0 }
}

const isConfig = (value: unknown): value is Config => typeof value === 'object' && value !== null

const LEFT_OUT = Symbol('left out')

/** Sizes without which a model would be as large as the published one. */
const KEPT =
  /vocab|hidden_size$|text_config|^d_model$|n_embd|n_layer|num_layers|num_hidden_layers|_layers$|num_.*experts$|n_positions|embedding_size/

type Draw = (random: Random, config: Config, facts: ConfigFacts) => unknown

const among =
  (...values: readonly unknown[]): Draw =>
  (random) =>
    random.pick(values)

/** Ways to fill in fields, by their names. The first one that matches counts. */
const DRAWS: readonly (readonly [RegExp, Draw])[] = [
  [/^(num_hidden_layers|n_layer|n_layers|num_layers)$/, among(1, 2, 3, 4, 5)],
  [/^(num_key_value_heads|num_kv_heads|multi_query_group_num)$/, divisorOfHeads],
  [/^head_dim$/, among(8, 16, 20, 24, 32, 40, 64)],
  [/^vocab_size$/, among(509, 512, 1030, 2047)],
  [
    /^(intermediate_size|ffn_dim|n_inner|d_ff|moe_intermediate_size|encoder_ffn_dim|decoder_ffn_dim)$/,
    among(97, 130, 200, 256),
  ],
  [
    /^(hidden_act|activation_function|hidden_activation|activation)$/,
    among('gelu', 'gelu_new', 'relu', 'silu', 'gelu_pytorch_tanh', 'gelu_fast'),
  ],
  [/^sliding_window$/, among(null, 7, 64, 512)],
  [/^layer_types$/, sameKinds],
  [/^(rope_scaling|rope_parameters)$/, rotation],
  [/^(partial_rotary_factor|rotary_pct)$/, among(0.25, 0.5, 1)],
  // No whole numbers where a class of transformers 5 insists on fractions.
  [/(dropout|_pdrop|dropout_prob|dropout_rate)$/, among(0.1, 0.25)],
  [/softcapping$/, among(null, 20.5, 30.5)],
  [/^(num_experts_per_tok|moe_topk|moe_k|top_k)$/, among(1, 2, 3)],
  [/^(num_local_experts|num_experts|n_routed_experts|moe_num_experts)$/, among(3, 4, 8)],
  [/^(n_shared_experts|num_shared_experts|moe_num_shared_experts)$/, among(1, 2)],
  [/^first_k_dense_replace$/, among(0, 1)],
  [/^(q_lora_rank)$/, among(null, 20, 32)],
  [/^(max_position_embeddings|n_positions|n_ctx)$/, among(256, 512, 4096)],
  [/^num_labels$/, among(1, 2, 5)],
]

function changeable(config: Config, { values }: ConfigFacts): string[] {
  const names = new Set([...Object.keys(values), ...Object.keys(config)])
  return [...names].filter(
    (name) => name in config || typeof values[name] === 'boolean' || DRAWS.some(([pattern]) => pattern.test(name)),
  )
}

/** Another value of a field, what it has, or nothing, so that the default of the class counts. */
function valueFor(random: Random, name: string, config: Config, facts: ConfigFacts): unknown {
  const now = config[name]
  if (name in config && name in facts.values && !KEPT.test(name) && random.chance(0.25)) return LEFT_OUT
  if (typeof (now ?? facts.values[name]) === 'boolean') return !(now ?? facts.values[name])
  // A list with an entry for each layer, and others of its length, would no longer fit.
  if (/layers?$/.test(name) && Object.values(config).some((value) => Array.isArray(value))) return now ?? LEFT_OUT
  const draw = DRAWS.find(([pattern]) => pattern.test(name))?.[1]
  return draw ? (draw(random, config, facts) ?? null) : (now ?? LEFT_OUT)
}

function divisorOfHeads(random: Random, config: Config): unknown {
  const heads = Number(config['num_attention_heads'] ?? config['n_head'] ?? 4)
  return random.pick([1, 2, 3, heads].filter((count) => heads % count === 0))
}

function sameKinds(random: Random, config: Config): unknown {
  const now = config['layer_types']
  if (!Array.isArray(now)) return LEFT_OUT
  return now.map(() => random.pick(now))
}

/** As transformers names the ways of its rotation. Version 5 keeps the base beside them. */
function rotation(random: Random, config: Config, { values }: ConfigFacts): unknown {
  const base = 'rope_parameters' in values ? { rope_theta: 10000 } : {}
  return random.pick([
    null,
    { ...base, rope_type: 'default' },
    { ...base, rope_type: 'linear', factor: 2 },
    { ...base, rope_type: 'dynamic', factor: 2 },
    { ...base, rope_type: 'yarn', factor: 4, original_max_position_embeddings: 64 },
    {
      ...base,
      rope_type: 'llama3',
      factor: 8,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 64,
    },
    { type: 'linear', factor: 2 },
    config['rope_scaling'] ?? null,
  ])
}
