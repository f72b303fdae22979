import { describe, expect, it } from 'vitest'
import { type GenericSizes, genericField, genericSizes } from '../../src/checkpoint/generic-sizes.js'

/** The names of each size in the config classes of transformers, and in those of models with code of their own. */
const NAMES: Readonly<Record<keyof GenericSizes, string>> = {
  contextTokens: 'max_position_embeddings n_positions max_sequence_length max_seq_len seq_length n_ctx',
  layers: 'encoder_layers num_hidden_layers num_layers n_layer n_layers',
  hiddenSize: 'hidden_size n_embd d_model dim model_dim embed_dim',
  heads: 'encoder_attention_heads num_attention_heads n_head n_heads num_heads',
  kvHeads: 'num_key_value_heads num_kv_heads n_kv_heads n_head_kv multi_query_group_num',
  headDim: 'head_dim kv_channels attention_head_dim',
  ffnSize: 'encoder_ffn_dim intermediate_size ffn_hidden_size n_inner ffn_dim d_ff',
  vocabSize: 'vocab_size padded_vocab_size n_vocab',
  experts: 'num_experts n_routed_experts num_local_experts moe_num_experts num_moe_experts',
  expertsPerToken: 'num_experts_per_tok num_experts_per_token moe_topk moe_top_k moe_k top_k_experts',
  expertFfnSize: 'moe_intermediate_size expert_ffn_size moe_ffn_hidden_size expert_hidden_size',
  sharedExperts: 'n_shared_experts num_shared_experts num_shared_expert moe_num_shared_experts',
  windowTokens: 'sliding_window sliding_window_size attention_window_size',
  predictionLayers: 'num_nextn_predict_layers mtp_num_hidden_layers num_mtp_layers',
}

describe('the sizes in a config of an unknown family', () => {
  it.each(Object.entries(NAMES))('%s has several names, and the first counts', (size, names) => {
    for (const name of names.split(' ')) expect(genericSizes({ [name]: 7 }), name).toStrictEqual({ [size]: 7 })
    const all = names.split(' ').map((name, index): [string, number] => [name, index + 1])
    expect(genericSizes(Object.fromEntries(all.reverse()))).toStrictEqual({ [size]: 1 })
  })

  it.each([0, -1, 1.5, '8', null, true, [8], 2 ** 53])('%j is no size, and the next name counts', (value) => {
    expect(genericSizes({ hidden_size: value, n_embd: 8 })).toStrictEqual({ hiddenSize: 8 })
  })

  it.each(['text_config', 'language_config', 'llm_config', 'thinker_config', 'language_model_config'])(
    'are those of the language model in %s, then those of the whole',
    (name) => {
      const config = { [name]: { hidden_size: 5 }, hidden_size: 9, vocab_size: 3 }
      expect(genericSizes(config)).toStrictEqual({ hiddenSize: 5, vocabSize: 3 })
      expect([
        genericField(config, 'hidden_size'),
        genericField(config, 'vocab_size'),
        genericField(config, 'x'),
      ]).toStrictEqual([5, 3, undefined])
    },
  )

  it('are those of the third level at most', () => {
    const nested = { thinker_config: { text_config: { hidden_size: 1, text_config: { hidden_size: 2 } } } }
    expect(genericSizes(nested)).toStrictEqual({ hiddenSize: 1 })
    expect(genericSizes({ text_config: 5, llm_config: { hidden_size: 4 } })).toStrictEqual({ hiddenSize: 4 })
  })

  it('have no window where it is not used', () => {
    expect(genericSizes({ sliding_window: 5, use_sliding_window: false })).toStrictEqual({})
    expect(genericSizes({ sliding_window: 5, use_sliding_window: true })).toStrictEqual({ windowTokens: 5 })
    expect(genericSizes({ sliding_window: 5, text_config: { use_sliding_window: false } })).toStrictEqual({})
  })
})
