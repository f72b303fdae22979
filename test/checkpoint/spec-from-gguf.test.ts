import { describe, expect, it } from 'vitest'
import { type GgufHeader, modelSpecFromGguf } from '../../src/checkpoint/spec-from-gguf.js'

/** The types of ggml's enum: F32 is 0, F16 is 1, Q4_K is 12, BF16 is 30. */
const [F32, F16, Q4_K, BF16] = [0, 1, 12, 30]

const METADATA = {
  'general.architecture': 'llama',
  'llama.block_count': 2,
  'llama.embedding_length': 8,
  'llama.attention.head_count': 2,
  'llama.feed_forward_length': 16,
}

type Tensors = Readonly<Record<string, readonly [shape: readonly number[], dtype: number]>>

/** Shapes as in torch: the file has them from the innermost dimension to the outermost. */
const TENSORS: Tensors = {
  'token_embd.weight': [[10, 8], F16],
  'output.weight': [[10, 8], F16],
  'output_norm.weight': [[8], F32],
  'rope_freqs.weight': [[4], F32],
  'blk.0.attn_q.weight': [[8, 8], F16],
  'blk.0.ffn_up.weight': [[16, 8], F16],
  'blk.0.ffn_down.weight': [[8, 16], F16],
}

function specOf(tensors: Tensors, metadata: object = {}) {
  const header: GgufHeader = {
    metadata: { ...METADATA, ...metadata },
    tensorInfos: Object.entries(tensors).map(([name, [shape, dtype]]) => {
      return { name, shape: [...shape].reverse().map((size, index) => (index === 0 ? BigInt(size) : size)), dtype }
    }),
  }
  return modelSpecFromGguf(header)
}

describe('modelSpecFromGguf', () => {
  it('counts the slopes of Apertus, which are among the keys', () => {
    const [usual, apertus] = [
      {},
      { 'xielu.alpha_p': [0.8, 0.8], 'xielu.alpha_n': [0.8, 0.8], 'xielu.eps': [0, 0] },
    ].map((metadata) => specOf(TENSORS, metadata).spec.base_num_parameters)
    expect(Number(apertus) - Number(usual)).toBe(4)
  })

  it('reads the sizes of the keys, counts what is trained, and lists the matrices', () => {
    expect(specOf(TENSORS)).toStrictEqual({
      spec: {
        checkpoint_model_name: 'llama',
        family: 'llama',
        num_layers: 2,
        hidden_size: 8,
        num_attention_heads: 2,
        num_kv_heads: 2,
        ffn_hidden_size: 16,
        vocab_size: 10,
        tied_embeddings: false,
        gated_mlp: false,
        base_num_parameters: 80 + 80 + 8 + 64 + 128 + 128,
        precision: 'float16',
        linear_layers: [
          { name: 'output', in_features: 8, out_features: 10 },
          { name: 'blk.0.attn_q', in_features: 8, out_features: 8 },
          { name: 'blk.0.ffn_up', in_features: 8, out_features: 16 },
          { name: 'blk.0.ffn_down', in_features: 16, out_features: 8 },
        ],
        is_chat: false,
      },
      notes: ['layers have the names of the GGUF file, not those of transformers'],
      parts: { embedding: 80, head: 80, norm: 8, attention: 64, mlp: 256 },
    })
  })

  it('takes what the keys say of name, context, window and groups', () => {
    const { spec } = specOf(TENSORS, {
      'general.name': 'Tiny',
      'llama.context_length': 4096n,
      'llama.attention.sliding_window': 512,
      'llama.attention.head_count_kv': [1, 2, 1],
    })
    expect(spec).toMatchObject({
      checkpoint_model_name: 'Tiny',
      context_size: 4096,
      sliding_window_config: { window_size: 512 },
      num_kv_heads: 2,
    })
  })

  it.each([
    [{ 'llama.attention.sliding_window': 0 }, 'sliding_window_config'],
    [{ 'llama.expert_count': 0 }, 'moe_config'],
    [{}, 'mamba_config'],
    [{}, 'context_size'],
    [{}, 'is_embedding_model'],
  ])('with %j has no %s', (metadata, field) => expect(specOf(TENSORS, metadata).spec).not.toHaveProperty(field))

  it.each([
    [{ 'llama.pooling_type': 0 }, false],
    [{ 'llama.pooling_type': 1 }, true],
    [{ 'tokenizer.chat_template': '{{ messages }}' }, false],
    [{ 'llama.pooling_type': 2, 'tokenizer.chat_template': '{{ messages }}' }, true],
  ])('with %j is an embedding model: %s', (metadata, expected) => {
    expect(specOf(TENSORS, metadata).spec.is_embedding_model).toBe(expected)
  })

  it('ties the embeddings where there is no output matrix', () => {
    const { 'output.weight': _, ...tied } = TENSORS
    expect(specOf(tied).spec.tied_embeddings).toBe(true)
    const { 'token_embd.weight': __, ...neither } = tied
    expect(specOf(neither).spec).toMatchObject({ tied_embeddings: false, vocab_size: 0 })
  })

  it.each<[tensors: Tensors, isGated: boolean]>([
    [{ 'blk.0.ffn_gate.weight': [[16, 8], F16] }, true],
    [{ 'blk.0.ffn_gate_exps.weight': [[4, 16, 8], F16] }, true],
    [{ 'blk.0.ffn_gate_shexp.weight': [[16, 8], F16] }, true],
    [{ 'blk.0.ffn_gate_up_exps.weight': [[4, 32, 8], F16] }, true],
    // The router of a mixture, and scales beside a matrix.
    [{ 'blk.0.ffn_gate_inp.weight': [[4, 8], F16] }, false],
    [{ 'blk.0.ffn_gate.weight_scale': [[1], F32] }, false],
    // Phi-3 has gate and up projection in one.
    [{ 'blk.0.ffn_up.weight': [[32, 8], F16] }, true],
    [{ 'blk.0.ffn_up.weight': [[31, 8], F16] }, false],
  ])('with %j gates the MLP: %s', (tensors, isGated) => {
    expect(specOf({ ...TENSORS, ...tensors }).spec.gated_mlp).toBe(isGated)
  })

  it('lists no embeddings, convolutions, vectors or biases as linear layers', () => {
    const { spec } = specOf({
      'token_embd.weight': [[10, 8], F16],
      'position_embd.weight': [[10, 8], F16],
      'token_types.weight': [[2, 8], F16],
      'enc.blk.0.attn_rel_b.weight': [[32, 2], F16],
      'blk.0.ssm_conv1d.weight': [[16, 4], F16],
      'blk.0.ssm_a': [[16, 4], F32],
      'blk.0.attn_q.bias': [[8, 1], F16],
      'blk.0.ffn_up_exps.weight': [[4, 16, 8], F16],
      'per_layer_token_embd.weight': [[10, 8], F16],
      'blk.0.shortconv.conv.weight': [[8, 3], F16],
      'blk.0.ssm_alpha.weight': [[4, 8], F16],
    })
    expect(spec.linear_layers?.map(({ name }) => name)).toStrictEqual(['blk.0.ssm_alpha'])
  })

  it('counts no frequencies of rotary embeddings, wherever they are', () => {
    const { spec } = specOf({
      ...TENSORS,
      'blk.0.rope_freqs.weight': [[100], F32],
      'rope_factors_long.weight': [[100], F32],
      'blk.0.rope_factors_short.weight': [[100], F32],
    })
    expect(spec.base_num_parameters).toBe(488)
  })

  it.each(['xrope_freqs.weight', 'rope_freqs_x.weight', 'blk.0.xrope_freqs.weight', 'rope_factors.weight'])(
    'counts %s, which is no frequency',
    (name) => expect(specOf({ ...TENSORS, [name]: [[100], F32] }).spec.base_num_parameters).toBe(588),
  )

  it.each([
    ['blk.0.exp_probs_b', false],
    ['blk.0.exp_probs_b.bias', false],
    ['blk.0.exp_probs_b.weight', true],
    ['blk.0.xexp_probs_b', true],
    ['blk.0.exp_probs_b.bias.x', true],
    ['blk.0.attn_q.scale', true],
    ['blk.0.attn_x.scale', true],
  ])('counts %s: %s', (name, isCounted) => {
    expect(specOf({ ...TENSORS, [name]: [[100], F32] }).spec.base_num_parameters).toBe(isCounted ? 588 : 488)
  })

  it.each([
    [34, 'blk.0.attn_q.scale', false],
    [35, 'blk.0.attn_q.input_scale', false],
    [40, 'blk.0.attn_q.scale', false],
    [39, 'blk.0.attn_q.scale', true],
    [40, 'blk.0.attn_q.xscale', true],
    [40, 'blk.0.attn_q.scale.x', true],
    [40, 'blk.0.attn_q.output_scale', true],
  ])('beside weights of type %i counts %s: %s', (type, name, isCounted) => {
    const tensors: Tensors = { ...TENSORS, 'blk.0.attn_q.weight': [[8, 8], type], [name]: [[100], F32] }
    expect(specOf(tensors).spec.base_num_parameters).toBe(isCounted ? 588 : 488)
  })

  it('counts the correction of ERNIE 4.5 too, which is trained', () => {
    const keys = Object.entries(METADATA).map(([key, value]) => [key.replace('llama.', 'ernie4_5-moe.'), value])
    const ernie = { ...Object.fromEntries(keys), 'general.architecture': 'ernie4_5-moe' }
    expect(specOf({ ...TENSORS, 'blk.0.exp_probs_b.bias': [[100], F32] }, ernie).spec.base_num_parameters).toBe(588)
  })

  it('counts no correction of a router, where the model has it as a buffer', () => {
    const corrected: Tensors = { ...TENSORS, 'blk.0.exp_probs_b.bias': [[100], F32] }
    expect(specOf(corrected).spec.base_num_parameters).toBe(488)
    const keys = Object.entries(METADATA).map(([key, value]) => [key.replace('llama.', 'afmoe.'), value])
    const afmoe = { ...Object.fromEntries(keys), 'general.architecture': 'afmoe' }
    expect(specOf(corrected, afmoe).spec.base_num_parameters).toBe(588)
  })

  it('counts no scale of a whole tensor beside weights of NVFP4 or BitNet, but those beside other weights', () => {
    // As llama.cpp's converter writes the scales of ModelOpt's checkpoints; built from its code.
    const [NVFP4, TQ2_0] = [40, 35]
    const scales: Tensors = {
      'blk.0.attn_q.scale': [[1], F32],
      'blk.0.attn_q.input_scale': [[1], F32],
      'blk.0.ffn_up.scale': [[1], F32],
      'blk.0.ffn_down.scale': [[1], F32],
    }
    const { spec } = specOf({
      ...TENSORS,
      ...scales,
      'blk.0.attn_q.weight': [[8, 8], NVFP4],
      'blk.0.ffn_up.weight': [[16, 8], TQ2_0],
    })
    expect(spec.base_num_parameters).toBe(489)
  })

  it.each([
    [31, 'Q4_0_4_4'],
    [33, 'Q4_0_8_8'],
    [36, 'IQ4_NL_4_4'],
  ])('knows type %i, which llama.cpp no longer reads', (type, name) => {
    expect(specOf({ 'blk.0.attn_q.weight': [[64, 64], type] })).toMatchObject({
      spec: { precision: 'int4' },
      quantisation: { method: name, bits: 4.5 },
    })
  })

  it('counts the layers with experts, and the experts of a token', () => {
    const { spec } = specOf(
      {
        ...TENSORS,
        'blk.0.ffn_up_exps.weight': [[4, 16, 8], F16],
        'blk.0.ffn_gate_exps.weight': [[4, 16, 8], F16],
        'blk.1.ffn_gate_up_exps.weight': [[4, 32, 8], F16],
        'blk.1.ffn_up_exps.weight_scale': [[4], F32],
        'blk.1.xffn_up_exps.weight': [[4], F32],
        'blk.1.ffn_up_shexp.weight': [[16, 8], F16],
      },
      { 'llama.expert_count': 4, 'llama.expert_used_count': 2, 'llama.expert_shared_count': 1 },
    )
    expect(spec.moe_config).toStrictEqual({
      num_experts: 4,
      num_experts_per_tok: 2,
      num_expert_layers: 2,
      num_shared_experts: 1,
    })
    const { spec: other } = specOf(TENSORS, { 'llama.expert_count': 1, 'llama.expert_feed_forward_length': 32 })
    expect(other.moe_config).toStrictEqual({
      num_experts: 1,
      num_experts_per_tok: 0,
      num_expert_layers: 0,
      expert_ffn_size: 32,
      num_shared_experts: 0,
    })
  })

  it('tells the kinds of layers apart by their tensors', () => {
    const tensors: Tensors = {
      'blk.0.ssm_in.weight': [[32, 8], F16],
      'blk.1.attn_q.weight': [[8, 8], F16],
      'blk.2.ssm_in.weight': [[32, 8], F16],
      'blk.2.attn_q.weight': [[8, 8], F16],
      'blk.3.ssm_beta.weight': [[4, 8], F16],
      'blk.3.attn_qkv.weight': [[24, 8], F16],
      'blk.1.ffn_up.weight': [[16, 8], F16],
    }
    const layers = { 'llama.block_count': 4 }
    expect(specOf(tensors, { ...layers, 'llama.ssm.state_size': 16 }).spec.mamba_config).toStrictEqual({
      is_hybrid: true,
      num_mamba_layers: 3,
      num_attention_layers: 2,
      num_mlp_layers: 1,
      state_size: 16,
      conv_kernel: 4,
    })
    const many = Object.entries(tensors).map(([name, tensor]) => [name.replace('blk.', 'blk.1'), tensor])
    const more = { ...tensors, ...Object.fromEntries(many) }
    expect(specOf(more, { 'llama.block_count': 14, 'llama.ssm.state_size': 16 }).spec.mamba_config).toMatchObject({
      ...{ num_mamba_layers: 6, num_attention_layers: 4, num_mlp_layers: 2 },
    })
    // Only whole names count, and the kinds of attention and of experts all do.
    const named: Tensors = {
      ...Object.fromEntries(
        [
          'ssm_in.weight.x',
          'attn_q.weight.x',
          'attn_qx.weight',
          'ffn_up.weight.x',
          'ffn_upx.weight',
          'x_ssm_in.weight',
        ].map((name, layer): [string, readonly [number[], number]] => [`blk.${layer}.${name}`, [[2, 2], F16]]),
      ),
      'enc.blk.6.ssm_in.weight': [[2, 2], F16],
      'enc.blk.7.attn_q.weight': [[2, 2], F16],
      'enc.blk.8.ffn_up.weight': [[2, 2], F16],
    }
    expect(specOf(named, { 'llama.ssm.state_size': 16 }).spec.mamba_config).toMatchObject({
      ...{ num_mamba_layers: 1, num_attention_layers: 0, num_mlp_layers: 0 },
    })
    const kinds = ['attn_q', 'attn_qkv', 'attn_q_a', 'ffn_up', 'ffn_up_exps', 'ffn_gate_up_exps'].map(
      (name, layer): [string, readonly [number[], number]] => [`blk.${layer}.${name}.weight`, [[2, 2], F16]],
    )
    expect(
      specOf(Object.fromEntries(kinds), { 'llama.block_count': 6, 'llama.ssm.state_size': 16 }).spec.mamba_config,
    ).toMatchObject({ num_mamba_layers: 0, num_attention_layers: 3, num_mlp_layers: 3 })
    const alone: Tensors = { 'blk.0.ssm_in.weight': [[32, 8], F16] }
    expect(specOf(alone, { 'llama.ssm.state_size': 16, 'llama.ssm.conv_kernel': 3 }).spec.mamba_config).toMatchObject({
      is_hybrid: false,
      num_attention_layers: 0,
      num_mlp_layers: 0,
      conv_kernel: 3,
    })
  })

  it('has the precision that most elements are stored in, and says so if it is one of integers', () => {
    expect(specOf({ ...TENSORS, 'blk.0.attn_q.weight': [[80, 80], BF16] }).spec.precision).toBe('bfloat16')
    expect(specOf({ 'blk.0.attn_q.weight': [[8, 8], Q4_K] })).toMatchObject({
      spec: { precision: 'int4' },
      notes: [expect.anything(), 'most weights are stored as Q4_K; precision is int4'],
    })
    expect(specOf({ 'blk.0.attn_q.weight': [[8, 8], 999] }).notes[1]).toBe(
      'most weights are stored as type 999, which is not known, of unknown size: precision int4 is the nearest name',
    )
  })

  it('leaves out the layers that predict several tokens, and says how many parameters they have', () => {
    const tensors: Tensors = {
      ...TENSORS,
      'blk.2.nextn.eh_proj.weight': [[8, 16], F16],
      'blk.2.attn_q.weight': [[8, 8], F16],
    }
    const { spec, notes } = specOf(tensors, { 'llama.block_count': 3, 'llama.nextn_predict_layers': 1 })
    expect(spec).toMatchObject({ num_layers: 2, base_num_parameters: 488 })
    expect(notes[1]).toBe(
      'the 192 parameters of 1 multi-token prediction layer are not counted: transformers does not load them',
    )
    const two = specOf(
      { ...tensors, 'blk.3.attn_q.weight': [[8, 8], F16] },
      { 'llama.block_count': 4, 'llama.nextn_predict_layers': 2 },
    )
    expect(two.notes[1]).toContain('the 256 parameters of 2 multi-token prediction layers are')
    const deep = { ...tensors, 'blk.12.attn_q.weight': tensors['blk.2.attn_q.weight'] ?? [[], F16] }
    expect(specOf(deep, { 'llama.block_count': 13, 'llama.nextn_predict_layers': 1 }).notes[1]).toContain(
      'the 64 parameters of 1 multi-token prediction layer are',
    )
    expect(() => specOf(TENSORS, { 'llama.nextn_predict_layers': 3 })).toThrow(
      'llama.nextn_predict_layers is more than block_count',
    )
    expect(specOf(TENSORS, { 'llama.nextn_predict_layers': 2 }).spec.num_layers).toBe(0)
  })

  it.each([
    ['general.architecture', 'the GGUF file has no general.architecture'],
    ['llama.block_count', 'the GGUF file has no llama.block_count'],
    ['llama.embedding_length', 'the GGUF file has no llama.embedding_length'],
  ])('without %s is refused', (key, message) => {
    expect(() => specOf(TENSORS, { [key]: undefined })).toThrow(
      expect.objectContaining({ code: 'missing_field', message, place: [key] }),
    )
  })

  it.each([
    [
      'adapter',
      'a LoRA adapter',
      'inspect the PEFT adapter that it was converted from: its rank is in adapter_config.json',
    ],
    ['imatrix', 'an importance matrix for quantisation', 'pass the GGUF file of the model'],
    ['mmproj', 'a projector of images or audio', 'pass the GGUF file of the language model'],
  ])('of another kind is refused: %s', (kind, what, help) => {
    expect(() => specOf(TENSORS, { 'general.type': kind })).toThrow(
      expect.objectContaining({
        ...{ code: 'no_checkpoint', message: `the GGUF file is ${what}, not a model`, place: ['general.type'], help },
      }),
    )
  })

  it.each(['model', 'toString', 5])('of the kind %s is read', (kind) => {
    expect(specOf(TENSORS, { 'general.type': kind }).spec.num_layers).toBe(2)
  })

  it('without tensors, or with one that is too large, is refused', () => {
    expect(() => specOf({})).toThrow(
      expect.objectContaining({
        code: 'invalid_header',
        message: 'the GGUF file has no tensors',
        place: ['llama'],
        help: 'a file with a vocabulary alone describes no model; of a model in parts, pass all parts',
      }),
    )
    expect(() => specOf({ 'a.weight': [[2 ** 53, 2], F16] })).toThrow(
      expect.objectContaining({ code: 'tensor_too_large', place: ['a.weight'] }),
    )
    expect(() => specOf(TENSORS, { 'llama.nextn_predict_layers': 3 })).toThrow(
      expect.objectContaining({ code: 'invalid_field', place: ['llama.nextn_predict_layers'] }),
    )
    expect(() => specOf({ 'a.weight': [[2 ** 53, 2], F16] })).toThrow('a.weight has a dimension of 9007199254740992')
    expect(() => specOf({ 'a.weight': [[-1, 2], F16] })).toThrow('a.weight has a dimension of -1')
  })

  it('has the parser of tool calls whose marks are in its template', () => {
    const template = `{% if tools %}<tool_call>{"name": "f", "arguments": {}}{% endif %}`
    expect(specOf(TENSORS, { 'tokenizer.chat_template': template }).spec).toMatchObject({
      ...{ is_chat: true, chat_template: template, tool_call_config: { tool_call_parser: 'hermes' } },
    })
    const { spec } = specOf(TENSORS, { 'tokenizer.chat_template': '{{ messages }}' })
    expect(spec.chat_template).toBe('{{ messages }}')
    expect(spec).not.toHaveProperty('tool_call_config')
    expect(specOf(TENSORS, { 'tokenizer.chat_template': 5 }).spec).not.toHaveProperty('chat_template')
  })

  it.each([
    [{ 'llama.rope.scaling.type': 'linear', 'llama.rope.scaling.factor': 4 }, 4000],
    [{ 'llama.rope.scaling.type': 'linear', 'llama.rope.scaling.factor': 1.2345 }, 1235],
    [{ 'llama.rope.scaling.type': 'linear' }, 1000],
    [{ 'llama.rope.scaling.factor': 4 }, 1000],
    [{ 'llama.rope.scaling.type': 'yarn', 'llama.rope.scaling.factor': 4 }, 4000],
    [
      {
        ...{ 'llama.rope.scaling.type': 'yarn', 'llama.rope.scaling.factor': 4.0012 },
        'llama.rope.scaling.original_context_length': 500,
      },
      2001,
    ],
    [
      {
        ...{ 'llama.rope.scaling.type': 'linear', 'llama.rope.scaling.factor': 4 },
        'llama.rope.scaling.original_context_length': 500,
      },
      4000,
    ],
  ])('with %j and a context of 1,000 tokens has one of %i', (metadata, tokens) => {
    expect(specOf(TENSORS, { 'llama.context_length': 1000, ...metadata }).spec.context_size).toBe(tokens)
    expect(specOf(TENSORS, metadata).spec).not.toHaveProperty('context_size')
  })

  it('reads keys without a meaning for the spec as nothing', () => {
    expect(
      specOf(TENSORS, { 'llama.attention.head_count': 'many', 'llama.feed_forward_length': [] }).spec,
    ).toMatchObject({
      num_attention_heads: 0,
      num_kv_heads: 0,
      ffn_hidden_size: 0,
    })
  })
})
