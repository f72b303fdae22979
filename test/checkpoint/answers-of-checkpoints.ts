/** Small checkpoints, each for one field, note or error, and what is answered for them. */
import { CheckpointError, type ConfigObject } from '../../src/architecture/index.js'
import { modelSpecFromGguf, precisionOf, type QuantisationFiles, quantisationOf } from '../../src/checkpoint/index.js'
import { formatOf } from '../../src/checkpoint/quantisation/quantisation.js'
import { readCheckpoint } from '../../src/checkpoint/read/index.js'
import { safetensorsFile, type TensorToWrite, withLength } from './safetensors-file.js'

const CONFIG: ConfigObject = {
  model_type: 'llama',
  architectures: ['LlamaForCausalLM'],
  hidden_size: 8,
  intermediate_size: 16,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  vocab_size: 10,
  max_position_embeddings: 64,
  torch_dtype: 'float32',
}

const UNKNOWN: ConfigObject = { model_type: 'wonder', architectures: ['WonderForCausalLM'] }

const TENSORS: readonly TensorToWrite[] = [
  { name: 'model.embed_tokens.weight', dtype: 'BF16', shape: [10, 8] },
  ...['q', 'k', 'v', 'o'].map(
    (name): TensorToWrite => ({ name: `model.layers.0.self_attn.${name}_proj.weight`, dtype: 'BF16', shape: [8, 8] }),
  ),
  { name: 'model.layers.0.mlp.gate_proj.weight', dtype: 'BF16', shape: [16, 8] },
  { name: 'model.layers.0.mlp.up_proj.weight', dtype: 'BF16', shape: [16, 8] },
  { name: 'model.layers.0.mlp.down_proj.weight', dtype: 'BF16', shape: [8, 16] },
  { name: 'model.layers.0.input_layernorm.weight', dtype: 'BF16', shape: [8] },
  { name: 'model.layers.0.post_attention_layernorm.weight', dtype: 'BF16', shape: [8] },
  { name: 'model.norm.weight', dtype: 'BF16', shape: [8] },
  { name: 'lm_head.weight', dtype: 'BF16', shape: [10, 8] },
]

type Files = Readonly<Record<string, unknown>>

const WEIGHTS = safetensorsFile(TENSORS)
const header = (text: string, weights = 0) => {
  const start = withLength(new TextEncoder().encode(text))
  const file = new Uint8Array(start.length + weights)
  file.set(start)
  return file
}
const weights = (text: string, bytes = 0): Files => ({ 'model.safetensors': header(text, bytes) })
const withConfig = (fields: ConfigObject, more: Files = {}): Files => ({
  'config.json': { ...CONFIG, ...fields },
  ...more,
})
const tokenizer = (tokenizerConfig: unknown, more: Files = {}): Files =>
  withConfig({}, { 'tokenizer_config.json': tokenizerConfig, ...more })
const adapter = (config: unknown, tensors?: readonly TensorToWrite[]): Files => ({
  'adapter_config.json': config,
  ...(tensors && { 'adapter_model.safetensors': safetensorsFile(tensors) }),
})
const lora = (...rows: readonly number[]): TensorToWrite[] =>
  rows.flatMap((rank, index): TensorToWrite[] => [
    { name: `base_model.model.layers.${index}.q_proj.lora_A.weight`, dtype: 'F32', shape: [rank, 8] },
    { name: `base_model.model.layers.${index}.q_proj.lora_B.weight`, dtype: 'F32', shape: [8, rank] },
  ])
const index = (map: unknown): Files =>
  withConfig({}, { 'model.safetensors.index.json': { weight_map: map }, 'a.safetensors': WEIGHTS })
const T = '"dtype":"F32","shape":[2],"data_offsets":[0,8]'

const CHECKPOINTS: Readonly<Record<string, Files>> = {
  nothing: { 'README.md': 'x' },
  'a pooling config further in': withConfig({}, { 'a/1_Pooling/config.json': {} }),
  'another file of a pooling folder': withConfig({}, { '1_Pooling/config.json.bak': 'x' }),
  'a long name of a pooling folder': withConfig({}, { '12_Pooling/config.json': {} }),
  'an unknown family of stacked experts': {
    'model.safetensors': safetensorsFile([
      { name: 'wte.weight', dtype: 'F32', shape: [10, 4] },
      { name: 'h.0.shared_expert.up.weight', dtype: 'F32', shape: [6, 4] },
      { name: 'h.0.experts.0.up.weight', dtype: 'F32', shape: [6, 4] },
      { name: 'h.0.experts_gate.weight', dtype: 'F32', shape: [3, 4] },
      { name: 'h.0.my_experts.weight', dtype: 'F32', shape: [3, 4] },
      { name: 'h.0.ln_1.weight', dtype: 'F32', shape: [4] },
      { name: 'h.0.attn.c_attn.weight', dtype: 'F32', shape: [4, 12] },
      { name: 'h.0.attn.c_attn.bias', dtype: 'F32', shape: [12] },
      { name: 'h.0.c_proj.weight', dtype: 'F32', shape: [4, 5] },
    ]),
  },
  'a config alone': withConfig({}),
  'a config and its weights': withConfig({}, { 'model.safetensors': WEIGHTS, 'chat_template.jinja': 'x' }),
  'weights alone': { 'model.safetensors': WEIGHTS },
  'an unknown family': withConfig(UNKNOWN),
  'an unknown family with weights': withConfig(UNKNOWN, { 'model.safetensors': WEIGHTS }),
  'an unknown family of a known class': withConfig({ model_type: 'wonder' }),
  'no limit of the context': withConfig({ max_position_embeddings: undefined }),
  'a name on the hub': withConfig({ _name_or_path: 'org/name' }),
  'a path of the author': withConfig({ _name_or_path: '/home/me/x' }),
  // Chat templates.
  'a tokenizer without a template': tokenizer({}),
  'a blank template': tokenizer({ chat_template: ' \n' }),
  'a template': tokenizer({ chat_template: '{{ x }}' }),
  'named templates': tokenizer({
    chat_template: [{ name: 'default', template: 'd' }, { name: 'tool_use', template: 't' }, 5, { name: 6 }],
  }),
  'named templates without a default': tokenizer({ chat_template: { rag: 'r', tool_use: 't', x: 5 } }),
  'files of named templates': tokenizer(
    {},
    { 'additional_chat_templates/rag.jinja': 'r', 'additional_chat_templates/default.jinja': 'd' },
  ),
  'a template before named ones': tokenizer(
    { chat_template: 't' },
    { 'chat_template.jinja': 'j', 'additional_chat_templates/rag.jinja': 'r' },
  ),
  'a template of a processor': tokenizer({ chat_template: 't' }, { 'chat_template.json': { chat_template: 'p' } }),
  'a template with tool calls': tokenizer({ chat_template: '[TOOL_CALLS] tool' }),
  "the tokenizer's limit": withConfig(
    { max_position_embeddings: undefined },
    { 'tokenizer_config.json': { model_max_length: 99 } },
  ),
  'no limit of the tokenizer': withConfig(
    { max_position_embeddings: undefined },
    { 'tokenizer_config.json': { model_max_length: 1e30 } },
  ),
  'a limit of 2^31': withConfig(
    { max_position_embeddings: undefined },
    { 'tokenizer_config.json': { model_max_length: 2 ** 31 } },
  ),
  'a limit of zero': withConfig(
    { max_position_embeddings: undefined },
    { 'tokenizer_config.json': { model_max_length: 0 } },
  ),
  'a limit with a fraction': withConfig(
    { max_position_embeddings: undefined },
    { 'tokenizer_config.json': { model_max_length: 1.5 } },
  ),
  // Embedding models.
  'a pooling config': withConfig({}, { '1_Pooling/config.json': {} }),
  'modules of sentence-transformers': withConfig(
    {},
    { 'modules.json': [{ type: 'sentence_transformers.models.Pooling' }] },
  ),
  'other modules': withConfig({}, { 'modules.json': [{ type: 'x' }, 5] }),
  // Precision.
  'no dtype': withConfig({ torch_dtype: undefined }),
  'a short dtype': withConfig({ torch_dtype: 'torch.half' }),
  'the newer dtype': withConfig({ dtype: 'bfloat16', torch_dtype: 'float32' }),
  'an automatic dtype': withConfig({ torch_dtype: 'auto' }),
  'weights in several precisions': withConfig(
    {},
    {
      'model.safetensors': safetensorsFile(
        TENSORS.map((tensor, at) => (at % 2 ? { ...tensor, dtype: 'F32' } : tensor)),
      ),
    },
  ),
  // Comparisons.
  'a missing tensor': withConfig({}, { 'model.safetensors': safetensorsFile(TENSORS.slice(1)) }),
  'an extra tensor': withConfig(
    {},
    { 'model.safetensors': safetensorsFile([...TENSORS, { name: 'extra.weight', dtype: 'F32', shape: [3] }]) },
  ),
  'another shape': withConfig(
    {},
    {
      'model.safetensors': safetensorsFile([
        ...TENSORS.slice(0, -1),
        { name: 'lm_head.weight', dtype: 'BF16', shape: [11, 8] },
      ]),
    },
  ),
  'a tied head': withConfig(
    { tie_word_embeddings: true },
    { 'model.safetensors': safetensorsFile(TENSORS.slice(0, -1)) },
  ),
  'the names of the base model': withConfig(
    {},
    {
      'model.safetensors': safetensorsFile(
        TENSORS.map((tensor) => ({ ...tensor, name: tensor.name.replace(/^model\./, '') })),
      ),
    },
  ),
  'a prefix of its own': withConfig(
    {},
    { 'model.safetensors': safetensorsFile(TENSORS.map((tensor) => ({ ...tensor, name: `wrapped.${tensor.name}` }))) },
  ),
  // Which files are read.
  'a shard that is not listed': withConfig(
    {},
    {
      'model.safetensors': WEIGHTS,
      'x.safetensors': WEIGHTS,
      'y.safetensors': WEIGHTS,
      'z.safetensors': WEIGHTS,
      'w.safetensors': WEIGHTS,
    },
  ),
  'another variant': withConfig({}, { 'model.safetensors': WEIGHTS, 'model.fp16.safetensors': WEIGHTS }),
  'weights twice': withConfig({}, { 'consolidated.safetensors': WEIGHTS, 'a.safetensors': WEIGHTS }),
  'consolidated weights alone': withConfig({}, { 'consolidated.safetensors': WEIGHTS }),
  'a pickle': withConfig({}, { 'pytorch_model.bin': 'x' }),
  'shards of a pickle': withConfig(
    {},
    { 'pytorch_model-1.bin': 'x', 'pytorch_model-2.bin': 'x', 'pytorch_model-3.bin': 'x', 'consolidated.00.pth': 'x' },
  ),
  'a pickle beside weights': withConfig({}, { 'pytorch_model.bin': 'x', 'model.safetensors': WEIGHTS }),
  'a GGUF file beside a config': withConfig({}, { 'x.gguf': 'x' }),
  'two GGUF files beside a config': withConfig({}, { 'x.gguf': 'x', 'y.gguf': 'x' }),
  'a broken GGUF file': { 'x.gguf': 'x' },
  'an index': index({ a: 'a.safetensors', b: 'a.safetensors' }),
  'an index without a map': index(5),
  'an index that leads out': index({ a: '../a.safetensors' }),
  'an index of an absolute path': index({ a: '/a.safetensors' }),
  'an index of another disk': index({ a: 'C:a.safetensors' }),
  'an index of a number': index({ a: 5 }),
  'an index of a file that is not there': index({ a: 'b.safetensors' }),
  // Broken files.
  'a config that is no JSON': { 'config.json': '{"a": }' },
  'a config that is a list': { 'config.json': '[]' },
  'a config that is not UTF-8': { 'config.json': new Uint8Array([0xff]) },
  'an infinite number': { 'config.json': '{"model_type": "llama", "vocab_size": Infinity}' },
  'a short file': { 'model.safetensors': new Uint8Array(7) },
  'a huge header': { 'model.safetensors': new Uint8Array([1, 225, 245, 5, 0, 0, 0, 0, 123]) },
  'a cut header': { 'model.safetensors': WEIGHTS.slice(0, 100) },
  'cut weights': { 'model.safetensors': WEIGHTS.slice(0, -1) },
  'weights behind the last': { 'model.safetensors': new Uint8Array([...WEIGHTS, 0]) },
  'a header that is no object': weights('[]'),
  'a header that is no JSON': weights('{"a"'),
  'a header that is not UTF-8': { 'model.safetensors': withLength(new Uint8Array([123, 0xff, 125])) },
  'an empty header': weights('{}'),
  metadata: weights(`{"__metadata__":{"format":"pt"},"a":{${T}}}`, 8),
  'null metadata': weights(`{"__metadata__":null,"a":{${T}}}`, 8),
  'metadata of numbers': weights('{"__metadata__":{"a":1}}'),
  'metadata twice': weights('{"__metadata__":{},"__metadata__":{}}'),
  'metadata that are a list': weights('{"__metadata__":[]}'),
  'a tensor that is a number': weights('{"a":1}'),
  'a tensor without a dtype': weights('{"a":{"shape":[],"data_offsets":[0,0]}}'),
  'a tensor without a shape': weights('{"a":{"dtype":"F32","data_offsets":[0,0]}}'),
  'a tensor without offsets': weights('{"a":{"dtype":"F32","shape":[0]}}'),
  'an unknown dtype': weights('{"a":{"dtype":"F31","shape":[0],"data_offsets":[0,0]}}'),
  'a dtype that is a number': weights('{"a":{"dtype":1,"shape":[0],"data_offsets":[0,0]}}'),
  'a negative size': weights('{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,0]}}'),
  'a size with a fraction': weights('{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}'),
  'a large size': weights('{"a":{"dtype":"F32","shape":[18446744073709551615,2],"data_offsets":[0,0]}}'),
  'a size of 2^64': weights('{"a":{"dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,0]}}'),
  'half a byte': weights('{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,1]}}', 1),
  'three offsets': weights('{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4,5]}}', 4),
  'offsets that do not fit': weights('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', 4),
  'a gap': weights('{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}', 8),
  'an overlap': weights(
    '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
    8,
  ),
  'a field twice': weights('{"a":{"dtype":"F32","dtype":"F32","shape":[],"data_offsets":[0,4]}}', 4),
  'a lone surrogate': weights('{"\\ud800":1}'),
  'a lone surrogate in a value': weights('{"a":{"dtype":"\\ud800"}}'),
  'a number beyond all numbers': weights('{"a":[1e999]}'),
  // Adapters.
  LoRA: adapter({ peft_type: 'LORA', r: 4, lora_alpha: 8, base_model_name_or_path: 'org/base' }, lora(4, 4)),
  DoRA: adapter({ peft_type: 'LORA', r: 4, use_dora: true }),
  'a fraction of alpha': adapter({ peft_type: 'LORA', r: 4, lora_alpha: 8.5 }),
  'other ranks': adapter({ peft_type: 'LORA', r: 4 }, lora(4, 6, 8)),
  'ranks of a pattern': adapter({ peft_type: 'LORA', r: 4, rank_pattern: { a: 6 } }, lora(4, 6)),
  'ranks of stacked experts': adapter({ peft_type: 'LORA', r: 4, target_parameters: ['a'] }, lora(4, 8, 6, 2)),
  AdaLoRA: adapter({ peft_type: 'ADALORA', target_r: 4, init_r: 12 }, lora(12)),
  'AdaLoRA of the same rank': adapter({ peft_type: 'ADALORA', target_r: 4, init_r: 4 }),
  'AdaLoRA without a rank': adapter({ peft_type: 'ADALORA', r: 5 }),
  'prompt tuning': adapter({ peft_type: 'PROMPT_TUNING' }),
  'multitask prompt tuning': adapter({ peft_type: 'MULTITASK_PROMPT_TUNING' }),
  'prefix tuning': adapter({ peft_type: 'PREFIX_TUNING' }),
  'p-tuning': adapter({ peft_type: 'P_TUNING' }),
  'an unknown kind': adapter({ peft_type: 'IA3' }),
  'the name of a prototype': adapter({ peft_type: 'constructor' }),
  'no kind': adapter({ r: 4 }),
  'mlx-lm': adapter({ lora_parameters: { rank: 4, scale: 2 }, model: 'org/base', fine_tune_type: 'dora' }, lora(4)),
  'mlx-lm with a fraction': adapter({ lora_parameters: { rank: 3, scale: 0.5 } }),
  'mlx-lm without a rank': adapter({ lora_parameters: { scale: 2 } }),
}

/** Configs of quantised weights without their headers. */
const QUANTISED: readonly ConfigObject[] = [
  { quant_method: 'awq', bits: 4 },
  { quant_method: 'gptq', bits: 3 },
  { quant_method: 'exl2', bits: 4.65 },
  { quant_method: 'bitsandbytes', load_in_8bit: true },
  { quant_method: 'bitsandbytes', load_in_4bit: true },
  { quant_method: 'bitsandbytes' },
  { quant_method: 'fp8' },
  { quant_method: 'mxfp4' },
  { quant_method: 'unheard_of', bits: 4 },
  { bits: 4 },
  { quant_method: 5 },
  {},
]

const group = (targets: unknown, weights: unknown, more: ConfigObject = {}): ConfigObject => ({
  targets,
  weights,
  ...more,
})
const compressedTensors = (groups: ConfigObject, more: ConfigObject = {}) => ({
  config: { quantization_config: { quant_method: 'compressed-tensors', config_groups: groups, ...more } },
})
const INT4 = { num_bits: 4, type: 'int' }
const FLOAT4 = { num_bits: 4, type: 'float' }

/** What the config files say of quantised weights. */
const STATED: Readonly<Record<string, QuantisationFiles>> = {
  nothing: { config: {} },
  'empty settings': { config: { quantization_config: {} } },
  'settings of a nested model': {
    config: { thinker_config: { text_config: { quantization_config: { quant_method: 'awq', bits: 4 } } } },
  },
  'settings nested too deeply': {
    config: { a: { b: { c: { quantization_config: { quant_method: 'awq', bits: 4 } } } } },
  },
  'settings under an older name': { config: { compression_config: { config_groups: { a: group(['Linear'], INT4) } } } },
  'the file of AutoGPTQ': { config: {}, quantizeConfig: { bits: 8 } },
  'the file of AutoAWQ': { config: {}, quantizeConfig: { quant_method: 'awq', bits: 4 } },
  'the file of AutoGPTQ beside settings': {
    config: { quantization_config: { quant_method: 'fp8' } },
    quantizeConfig: { bits: 8 },
  },
  'the file of ModelOpt': { config: {}, hfQuantConfig: { quantization: { quant_algo: 'NVFP4' } } },
  'the file of ModelOpt before settings': {
    config: { quantization_config: { quant_method: 'fp8' } },
    hfQuantConfig: { quantization: { quant_algo: 'NVFP4' } },
  },
  'the file of ModelOpt behind settings by module': {
    config: { quantization: { bits: 4, group_size: 64, a: { bits: 8, group_size: 64 } } },
    hfQuantConfig: { quantization: { quant_algo: 'NVFP4' } },
  },
  'ModelOpt without an algorithm': { config: { quantization_config: { producer: { name: 'modelopt' } } } },
  'ModelOpt with an algorithm': { config: { quantization_config: { quant_algo: 'FP8' } } },
  'ModelOpt by layer': {
    config: {
      quantization_config: {
        quant_algo: 'MIXED_PRECISION',
        quantized_layers: {
          'a.q_proj': { quant_algo: 'FP8' },
          'b.*': { quant_algo: 'NVFP4' },
          c: { quant_algo: 'x' },
          d: 5,
        },
      },
    },
  },
  'ModelOpt with groups': {
    config: { quantization_config: { quant_algo: 'x', config_groups: { a: group(['Linear'], INT4) } } },
  },
  MLX: {
    config: {
      quantization: { group_size: 64, bits: 4, 'a.q_proj': { bits: 8 }, 'b.k_proj': { mode: 'mxfp4' }, c: false },
    },
  },
  'MLX in another mode': { config: { quantization: { group_size: 32, bits: 4, mode: 'nvfp4' } } },
  'MLX under another name': { config: { quantization_config: { group_size: 64, bits: 4 } } },
  'MLX under another name with a mode': {
    config: { quantization_config: { group_size: 64, bits: 4, mode: 'affine', a: 1 } },
  },
  'group size and more': { config: { quantization_config: { group_size: 64, bits: 4, a: 1, b: 1 } } },
  'bitsandbytes without its name': { config: { quantization_config: { load_in_4bit: true } } },
  'bitsandbytes of eight bits without its name': { config: { quantization_config: { load_in_8bit: true } } },
  'a method in capitals': { config: { quantization_config: { quant_method: 'AWQ', bits: 4 } } },
  AutoRound: { config: { quantization_config: { quant_method: 'auto_round', bits: 3 } } },
  'AutoRound without bits': { config: { quantization_config: { quant_method: 'auto-round' } } },
  'one group': compressedTensors({ a: group(['Linear'], INT4) }),
  'groups by name and class': compressedTensors({
    a: group(['Linear'], INT4),
    b: group(['a.q_proj'], { num_bits: 8, type: 'float' }),
  }),
  'a class behind names': compressedTensors({
    b: group(['a.q_proj', 5], { num_bits: 8, type: 'int' }),
    a: group(['Linear'], INT4),
  }),
  'groups by pattern': compressedTensors({
    a: group(['re:.*q_proj$'], INT4),
    b: group(['re:(a+)+$', 're:.*k_proj'], { num_bits: 8, type: 'int' }),
  }),
  'a group without targets': compressedTensors({ a: group(undefined, INT4), b: group('Linear', { num_bits: 8 }) }),
  'a group without bits': compressedTensors({ a: group(['Linear'], {}) }),
  'no groups, but a format': compressedTensors({}, { format: 'float-quantized' }),
  'no groups and no format': compressedTensors({}),
  'floats of eight bits': compressedTensors({ a: group(['Linear'], { num_bits: 8, type: 'float' }) }),
  'floats of six bits': compressedTensors({ a: group(['Linear'], { num_bits: 6, type: 'float' }) }),
  'floats of four bits': compressedTensors({ a: group(['Linear'], FLOAT4) }),
  'floats of four bits in groups of 32': compressedTensors({ a: group(['Linear'], { ...FLOAT4, group_size: 32 }) }),
  'floats of four bits in groups of 16': compressedTensors({ a: group(['Linear'], { ...FLOAT4, group_size: 16 }) }),
  'floats of four bits with a format': compressedTensors({
    a: group(['Linear'], FLOAT4, { format: 'mxfp4-pack-quantized' }),
  }),
  'floats of four bits with a format of all': compressedTensors(
    { a: group(['Linear'], FLOAT4) },
    { format: 'mxfp4-pack-quantized' },
  ),
  quanto: {
    config: {},
    quantoMap: { 'a.q_proj': { weights: 'qint8' }, 'b.k_proj': { weights: 'qint4' }, c: { weights: 'none' }, d: 5 },
  },
  'quanto without modules': { config: {}, quantoMap: {} },
  Quark: {
    config: {
      quantization_config: {
        quant_method: 'quark',
        global_quant_config: { weight: { dtype: 'fp8_e4m3' } },
        layer_quant_config: {
          '*q_proj': { weight: [{ dtype: 'int4' }] },
          '*k_proj': { weight: { dtype: 'fp4', scale_format: 'e8m0' } },
          lm_head: { weight: { dtype: 'fp4' } },
          x: 5,
          '*y': {},
        },
      },
    },
  },
  'Quark of microscaling': {
    config: {
      quantization_config: {
        quant_method: 'quark',
        global_quant_config: { weight: { dtype: 'mx', mx_element_dtype: 'fp6_e3m2' } },
      },
    },
  },
  'Quark without weights': { config: { quantization_config: { quant_method: 'quark', global_quant_config: {} } } },
  ...Object.fromEntries(
    [
      'int4_weight_only',
      'int8_weight_only',
      'float8_weight_only',
      'int8_dynamic_activation_int4_weight',
      'uint4_weight_only',
      'autoquant',
    ].map((name) => [
      `torchao ${name}`,
      { config: { quantization_config: { quant_method: 'torchao', quant_type: name } } },
    ]),
  ),
  'torchao by an object': {
    config: {
      quantization_config: {
        quant_method: 'torchao',
        quant_type: { default: { _type: 'IntxWeightOnlyConfig', _data: { weight_dtype: { _data: 'int3' } } } },
      },
    },
  },
  'torchao by an object of a name': {
    config: { quantization_config: { quant_method: 'torchao', quant_type: { _type: 'Int8WeightOnlyConfig' } } },
  },
  'torchao of a number': { config: { quantization_config: { quant_method: 'torchao', quant_type: 5 } } },
}

const MODULES = ['a.q_proj', 'b.k_proj', 'c', 'lm_head', 'x']

type Metadata = Parameters<typeof modelSpecFromGguf>[0]['metadata']
const GGUF: Metadata = {
  'general.architecture': 'llama',
  'llama.block_count': 2,
  'llama.embedding_length': 8,
  'llama.attention.head_count': 2,
  'llama.feed_forward_length': 16,
}
const gguf = (metadata: Metadata, ...tensors: readonly (readonly [string, readonly number[], number?])[]) => ({
  metadata: { ...GGUF, ...metadata },
  tensorInfos: tensors.map(([name, shape, dtype = 0]) => ({ name, shape, dtype })),
})
const EMBEDDING = ['token_embd.weight', [8, 10]] as const

const GGUFS: Readonly<Record<string, Parameters<typeof modelSpecFromGguf>[0]>> = {
  small: gguf({}, EMBEDDING, ['output.weight', [8, 10]]),
  tied: gguf({}, EMBEDDING),
  'no embedding': gguf({}, ['output.weight', [8, 10]]),
  'no tensors': gguf({}),
  'no architecture': gguf({ 'general.architecture': undefined }, EMBEDDING),
  'no layers': gguf({ 'llama.block_count': undefined }, EMBEDDING),
  'no width': gguf({ 'llama.embedding_length': 'x' }, EMBEDDING),
  'no heads': gguf({ 'llama.attention.head_count': undefined }, EMBEDDING),
  'a name, a context and a window': gguf(
    { 'general.name': 'N', 'llama.context_length': 99n, 'llama.attention.sliding_window': 5 },
    EMBEDDING,
  ),
  'no window': gguf({ 'llama.attention.sliding_window': 0 }, EMBEDDING),
  'sizes by layer': gguf(
    { 'llama.feed_forward_length': [1, 7n, 3], 'llama.attention.head_count_kv': [0, 2] },
    EMBEDDING,
  ),
  experts: gguf(
    {
      'llama.expert_count': 4,
      'llama.expert_used_count': 2,
      'llama.expert_feed_forward_length': 3,
      'llama.expert_shared_count': 1,
    },
    EMBEDDING,
    ['blk.0.ffn_up_exps.weight', [8, 3, 4]],
    ['blk.1.ffn_gate_up_exps.weight', [8, 6, 4]],
  ),
  'experts of no size': gguf({ 'llama.expert_count': 4 }, EMBEDDING),
  'one predicting layer': gguf(
    { 'llama.block_count': 3, 'llama.nextn_predict_layers': 1 },
    EMBEDDING,
    ['blk.1.attn_q.weight', [8, 8]],
    ['blk.2.attn_q.weight', [8, 8]],
  ),
  'two predicting layers': gguf(
    { 'llama.block_count': 3, 'llama.nextn_predict_layers': 2 },
    EMBEDDING,
    ['blk.1.attn_q.weight', [8, 8]],
    ['blk.2.attn_q.weight', [8, 8]],
  ),
  'more predicting layers than layers': gguf({ 'llama.nextn_predict_layers': 3 }, EMBEDDING),
  'state spaces': gguf(
    { 'llama.ssm.state_size': 16, 'llama.ssm.conv_kernel': 3 },
    EMBEDDING,
    ['blk.0.ssm_in.weight', [8, 8]],
    ['blk.0.ssm_a', [8]],
    ['blk.1.attn_q.weight', [8, 8]],
    ['blk.1.ffn_up.weight', [8, 16]],
  ),
  'linear attention': gguf(
    { 'llama.ssm.state_size': 16 },
    EMBEDDING,
    ['blk.0.ssm_a', [8]],
    ['blk.0.attn_qkv.weight', [8, 8]],
  ),
  'a fused gate': gguf({}, EMBEDDING, ['blk.0.ffn_up.weight', [8, 32]], ['blk.0.ffn_down.weight', [16, 8]]),
  'no gate': gguf({}, EMBEDDING, ['blk.0.ffn_up.weight', [8, 16]], ['blk.0.ffn_down.weight', [16, 8]]),
  'a gate': gguf({}, EMBEDDING, ['blk.0.ffn_gate.weight', [8, 16]]),
  'no pooling': gguf({ 'llama.pooling_type': 0 }, EMBEDDING),
  pooling: gguf({ 'llama.pooling_type': 1 }, EMBEDDING),
  'a chat template': gguf({ 'tokenizer.chat_template': '[TOOL_CALLS] tool' }, EMBEDDING),
  'what is no linear layer': gguf(
    {},
    EMBEDDING,
    ['blk.0.attn_norm.weight', [8]],
    ['blk.0.attn_q.bias', [8, 8]],
    ['position_embd.weight', [8, 9]],
    ['blk.0.ssm_conv1d.weight', [8, 4]],
    ['rope_freqs.weight', [4]],
    ['blk.0.attn_q.weight', [8, 6]],
  ),
  'a dimension that is too large': gguf({}, ['token_embd.weight', [2 ** 60]]),
  ...Object.fromEntries(
    [...Array(41).keys(), 99].map((type) => [`type ${type}`, gguf({}, ['token_embd.weight', [8, 10], type])]),
  ),
}

/** The answers, or the errors with their places. */
export async function answers(): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {}
  for (const [name, files] of Object.entries(CHECKPOINTS)) {
    found[name] = await answerOf(async () => {
      const blobs = new Map(
        Object.entries(files).map(([file, content]) => {
          const isRaw = typeof content === 'string' || content instanceof Uint8Array
          return [file, new Blob([isRaw ? new Uint8Array(Buffer.from(content)) : JSON.stringify(content)])] as const
        }),
      )
      const { spec, adapter: adapterOf, comparison, notes, stored } = await readCheckpoint(blobs)
      return {
        spec,
        adapter: adapterOf,
        comparison,
        notes,
        stored: stored && { ...stored, storage: stored.storage.parameters.length },
      }
    })
  }
  for (const quantisation of QUANTISED) {
    const config = { torch_dtype: 'bfloat16', quantization_config: quantisation }
    found[JSON.stringify(quantisation)] = await answerOf(async () => precisionOf({ config }))
  }
  for (const [name, files] of Object.entries(STATED)) {
    found[`quantised: ${name}`] = await answerOf(async () => {
      const stated = quantisationOf(files)
      return stated && { ...stated, exceptions: MODULES.map((module) => formatOf(stated, module) ?? null) }
    })
  }
  for (const [name, one] of Object.entries(GGUFS))
    found[`GGUF, ${name}`] = await answerOf(async () => modelSpecFromGguf(one))
  return JSON.parse(JSON.stringify(found))
}

async function answerOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error
    const { code, message, place, help } = error
    return { code, message, place, help }
  }
}
