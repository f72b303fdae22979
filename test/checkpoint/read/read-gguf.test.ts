import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { modelSpecFromGguf } from '../../../src/checkpoint/index.js'
import { readCheckpoint } from '../../../src/checkpoint/read/index.js'
import { validate } from '../../../src/validation/index.js'
import { runCli } from '../../cli/run-cli.js'
import { type GgufTensor, type GgufValue, ggufFile } from '../gguf-file.js'

const Q4_K = 12
const Q6_K = 14
const F32 = 0

/** A Llama of two layers in Q4_K, its output in Q6_K, as llama.cpp converts it. */
const METADATA: Readonly<Record<string, GgufValue>> = {
  'general.architecture': 'llama',
  'general.name': 'Tiny Llama',
  'llama.block_count': 2,
  'llama.context_length': 4096,
  'llama.embedding_length': 256,
  'llama.feed_forward_length': 512,
  'llama.attention.head_count': 4,
  'llama.attention.head_count_kv': 2,
  'tokenizer.ggml.tokens': ['<s>', '</s>'],
  'tokenizer.ggml.add_bos_token': true,
  'tokenizer.chat_template': '{% for message in messages %}{{ message.content }}{% endfor %}',
}
const LAYER: readonly (readonly [string, readonly number[], number])[] = [
  ['attn_norm', [256], F32],
  ['attn_q', [256, 256], Q4_K],
  ['attn_k', [256, 128], Q4_K],
  ['attn_v', [256, 128], Q4_K],
  ['attn_output', [256, 256], Q4_K],
  ['ffn_norm', [256], F32],
  ['ffn_gate', [256, 512], Q4_K],
  ['ffn_up', [256, 512], Q4_K],
  ['ffn_down', [512, 256], Q4_K],
]
const TENSORS: readonly GgufTensor[] = [
  { name: 'rope_freqs.weight', shape: [32], type: F32 },
  { name: 'token_embd.weight', shape: [256, 1000], type: Q4_K },
  ...[0, 1].flatMap((layer) =>
    LAYER.map(([name, shape, type]) => ({ name: `blk.${layer}.${name}.weight`, shape, type })),
  ),
  { name: 'output_norm.weight', shape: [256], type: F32 },
  { name: 'output.weight', shape: [256, 1000], type: Q6_K },
]
const TOTAL = 2 * 256 * 1000 + 256 + 2 * (2 * 256 + 256 * (256 + 128 + 128 + 256) + 3 * 256 * 512)

let folder = ''
const write = (name: string, bytes: Uint8Array): string => {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gguf-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('A GGUF file', () => {
  it('becomes a spec, its layers under the names that the file has', async () => {
    const { spec, notes } = await readCheckpoint(write('tiny.gguf', ggufFile(METADATA, TENSORS)))
    expect(spec).toMatchObject({
      checkpoint_model_name: 'Tiny Llama',
      family: 'llama',
      context_size: 4096,
      num_layers: 2,
      hidden_size: 256,
      num_attention_heads: 4,
      num_kv_heads: 2,
      ffn_hidden_size: 512,
      vocab_size: 1000,
      gated_mlp: true,
      tied_embeddings: false,
      base_num_parameters: TOTAL,
      precision: 'int4',
      is_chat: true,
      is_embedding_model: false,
    })
    expect(spec?.linear_layers).toHaveLength(2 * 7 + 1)
    expect(spec?.linear_layers?.[1]).toStrictEqual({ name: 'blk.0.attn_k', in_features: 256, out_features: 128 })
    expect(validate('ModelSpec', spec)).toMatchObject({ ok: true })
    expect(notes).toContain('most weights are stored as Q4_K; precision is int4')
  })

  it('of a mixture of experts has its experts, and the largest of sizes by layer', async () => {
    const metadata = {
      ...METADATA,
      'llama.feed_forward_length': [512, 768],
      ...{ 'llama.expert_count': 8, 'llama.expert_used_count': 2, 'llama.expert_feed_forward_length': 128 },
    }
    const experts = ['ffn_gate_exps', 'ffn_up_exps', 'ffn_down_exps'].map((name) => ({
      ...{ name: `blk.1.${name}.weight`, type: Q4_K },
      shape: name === 'ffn_down_exps' ? [128, 256, 8] : [256, 128, 8],
    }))
    const { spec } = await readCheckpoint(write('moe.gguf', ggufFile(metadata, [...TENSORS, ...experts])))
    expect(spec).toMatchObject({
      ffn_hidden_size: 768,
      base_num_parameters: TOTAL + 3 * 8 * 128 * 256,
      moe_config: { num_experts: 8, num_experts_per_tok: 2, num_expert_layers: 1, expert_ffn_size: 128 },
    })
  })

  it('with state spaces has its mixers', async () => {
    const metadata = { ...METADATA, 'llama.ssm.state_size': 16, 'llama.ssm.conv_kernel': 4 }
    const mixer = { name: 'blk.1.ssm_in.weight', shape: [256, 512], type: Q4_K }
    const tensors = TENSORS.filter(({ name }) => !name.startsWith('blk.1.attn_'))
    const { spec } = await readCheckpoint(write('mamba.gguf', ggufFile(metadata, [...tensors, mixer])))
    expect(spec?.mamba_config).toStrictEqual({
      ...{ is_hybrid: true, num_mamba_layers: 1, num_attention_layers: 1, num_mlp_layers: 2 },
      ...{ state_size: 16, conv_kernel: 4 },
    })
  })

  it('without an output embedding ties it', async () => {
    const tensors = TENSORS.filter(({ name }) => name !== 'output.weight')
    const { spec } = await readCheckpoint(write('tied.gguf', ggufFile(METADATA, tensors)))
    expect(spec).toMatchObject({ tied_embeddings: true, base_num_parameters: TOTAL - 256 * 1000 })
  })

  it('in parts is one model, whichever part is named', async () => {
    const parts = { ...METADATA, 'split.count': 3, 'split.tensors.count': TENSORS.length }
    const named = (index: number) => `parts-0000${index}-of-00003.gguf`
    const first = write(named(1), ggufFile({ ...parts, 'split.no': 0 }, []))
    const second = write(named(2), ggufFile({ 'split.no': 1, 'split.count': 3 }, TENSORS.slice(0, 9)))
    await expect(readCheckpoint(second)).rejects.toMatchObject({
      code: 'unreadable_file',
      message: expect.stringContaining(named(3)),
      help: expect.stringContaining('all parts'),
    })
    const third = write(named(3), ggufFile({ 'split.no': 2, 'split.count': 3 }, TENSORS.slice(9)))
    for (const path of [first, second, third]) {
      const { spec } = await readCheckpoint(path)
      expect(spec).toMatchObject({ base_num_parameters: TOTAL, tied_embeddings: false, num_layers: 2 })
    }
  })

  it('in parts of two models is refused', async () => {
    const parts = { ...METADATA, 'split.count': 2, 'split.tensors.count': 99 }
    const path = write('odd-00001-of-00002.gguf', ggufFile(parts, TENSORS.slice(0, 9)))
    write('odd-00002-of-00002.gguf', ggufFile({ 'split.no': 1 }, TENSORS.slice(9)))
    await expect(readCheckpoint(path)).rejects.toMatchObject({ code: 'invalid_header' })
  })

  it('with linear attention has it counted beside attention, though both name their projections alike', async () => {
    const metadata = { ...METADATA, 'llama.ssm.state_size': 128, 'llama.ssm.conv_kernel': 4 }
    const linear = ['attn_qkv', 'attn_gate', 'ssm_out'].map((name) => ({
      ...{ name: `blk.0.${name}.weight`, shape: [256, 256], type: Q4_K },
    }))
    const tensors = TENSORS.filter(({ name }) => !name.startsWith('blk.0.attn_'))
    const { spec } = await readCheckpoint(write('linear.gguf', ggufFile(metadata, [...linear, ...tensors])))
    expect(spec?.mamba_config).toMatchObject({ is_hybrid: true, num_mamba_layers: 1, num_attention_layers: 1 })
  })

  it('whose way up is twice as wide as its way down is gated', async () => {
    const fused = TENSORS.filter(({ name }) => !name.includes('ffn_gate')).map((tensor) =>
      tensor.name.includes('ffn_up') ? { ...tensor, shape: [256, 1024] } : tensor,
    )
    expect((await readCheckpoint(write('fused.gguf', ggufFile(METADATA, fused)))).spec?.gated_mlp).toBe(true)
    const plain = TENSORS.filter(({ name }) => !name.includes('ffn_gate'))
    expect((await readCheckpoint(write('plain.gguf', ggufFile(METADATA, plain)))).spec?.gated_mlp).toBe(false)
  })

  it('leaves the layers for multi-token prediction out, and says so', async () => {
    const metadata = { ...METADATA, 'llama.block_count': 2, 'llama.nextn_predict_layers': 1 }
    const { spec, notes } = await readCheckpoint(write('mtp.gguf', ggufFile(metadata, TENSORS)))
    expect(spec?.num_layers).toBe(1)
    expect(spec?.linear_layers).toHaveLength(7 + 1)
    expect(notes).toContainEqual(expect.stringMatching(/^the \d+ parameters of 1 multi-token prediction layer are/))
  })

  it('is not the projector beside it', async () => {
    const own = mkdtempSync(join(folder, 'projector-'))
    const projector = ggufFile({ 'general.architecture': 'clip', 'general.type': 'mmproj' }, TENSORS.slice(0, 1))
    writeFileSync(join(own, 'mmproj-F16.gguf'), projector)
    await expect(readCheckpoint(own)).rejects.toMatchObject({ code: 'no_checkpoint' })
    writeFileSync(join(own, 'model.gguf'), ggufFile(METADATA, TENSORS))
    const { spec, notes } = await readCheckpoint(own)
    expect(spec?.base_num_parameters).toBe(TOTAL)
    expect(notes).toContainEqual(expect.stringContaining('mmproj-F16.gguf'))
  })

  it('is inspected on the command line', () => {
    write('tiny.gguf', ggufFile(METADATA, TENSORS))
    const { code, stdout } = runCli(['inspect', 'tiny.gguf', '--lora', '8', '--target', 'attn_q,attn_v'], {
      cwd: folder,
    })
    expect(code).toBe(0)
    expect(stdout).toContain(`Tiny Llama  llama chat model, ${TOTAL.toLocaleString('en-US')} parameters in int4`)
    expect(stdout).toMatch(/quantised +Q4_K, 4\.5 bits, \d+\.\d % of the parameters/)
    expect(stdout).toContain(`Parameters  ${TOTAL.toLocaleString('en-US')}\n`)
    expect(stdout).toMatch(/ {2}embedding +█+░+ +\d+\.\d %/)
    expect(stdout).toMatch(/ {2}attention +[█░]+ +\d+\.\d %/)
    expect(stdout).toContain('LoRA of rank 8  14,336 trainable parameters in 4 modules')
    expect(stdout).toContain('  - Layers have the names of the GGUF file, not those of transformers.')
  })

  it.each([20, 60, 200, 400, 1000])('cut to %i bytes is an error, not a file of zeros', async (length) => {
    const path = write('cut.gguf', ggufFile(METADATA, TENSORS).slice(0, length))
    await expect(readCheckpoint(path)).rejects.toMatchObject({
      code: 'truncated_file',
      message: 'cut.gguf ends within its header',
      place: ['cut.gguf'],
      help: 'the download may be incomplete: download the file again',
    })
  })

  it.each([8, 16])('with 2^56 entries, as counted at byte %i, costs no more than it is long', async (offset) => {
    const bytes = Buffer.from(ggufFile(METADATA, TENSORS))
    bytes.writeBigUInt64LE(2n ** 56n, offset)
    await expect(readCheckpoint(write('endless.gguf', bytes))).rejects.toMatchObject({ name: 'CheckpointError' })
  })

  it.each([
    ['of another magic', (bytes: Uint8Array) => bytes.with(0, 0x58)],
    ['of nothing', () => new Uint8Array()],
  ])('%s is an error that names the file', async (_, spoil) => {
    const path = write('broken.gguf', spoil(ggufFile(METADATA, TENSORS)))
    await expect(readCheckpoint(path)).rejects.toMatchObject({ name: 'CheckpointError', place: ['broken.gguf'] })
    const why = readCheckpoint(write('broken.gguf', Buffer.from('XGUF'.repeat(20))))
    await expect(why).rejects.toMatchObject({
      code: 'invalid_header',
      message: expect.stringMatching(/^broken\.gguf is not a readable GGUF file: .*magic/),
    })
  })

  it('of the folder or the repository has its name, and a single file the name that it states', async () => {
    const own = mkdtempSync(join(folder, 'named-'))
    writeFileSync(join(own, 'q4.gguf'), ggufFile(METADATA, TENSORS))
    expect((await readCheckpoint(own)).spec?.checkpoint_model_name).toBe(own.split('/').at(-1))
    expect((await readCheckpoint(join(own, 'q4.gguf'))).spec?.checkpoint_model_name).toBe('Tiny Llama')
    expect((await readCheckpoint(own, { name: 'mine' })).spec?.checkpoint_model_name).toBe('mine')
    writeFileSync(join(own, 'q4.gguf'), ggufFile({ ...METADATA, 'general.name': '/home/me/out' }, TENSORS))
    expect((await readCheckpoint(join(own, 'q4.gguf'))).spec?.checkpoint_model_name).toBe('q4')
  })

  it.each([
    ['yarn', { 'llama.rope.scaling.original_context_length': 1024 }, 8192],
    ['yarn', {}, 32_768],
    ['linear', {}, 32_768],
    ['longrope', {}, 4096],
  ])('with rope scaling %s and %j has the context of its config', async (kind, fields, context) => {
    const scaling = { 'llama.rope.scaling.type': kind, 'llama.rope.scaling.factor': 8, ...fields }
    const path = write('rope.gguf', ggufFile({ ...METADATA, ...scaling }, TENSORS))
    expect((await readCheckpoint(path)).spec?.context_size).toBe(context)
  })

  it.each([
    ['adapter', /a LoRA adapter, not a model/],
    ['imatrix', /an importance matrix/],
  ])('that is %s is refused', async (kind, message) => {
    const path = write('other.gguf', ggufFile({ ...METADATA, 'general.type': kind }, TENSORS))
    await expect(readCheckpoint(path)).rejects.toMatchObject({
      ...{ code: 'no_checkpoint', message: expect.stringMatching(message), help: expect.any(String) },
    })
  })

  it('of a type that is not known has the bits that its tensors take', async () => {
    const { spec, quantisation, notes } = modelSpecFromGguf({
      metadata: METADATA,
      tensorInfos: [
        { name: 'token_embd.weight', shape: [256n, 1000n], dtype: 77, offset: 0n },
        { name: 'blk.0.attn_q.weight', shape: [256n, 256n], dtype: 77, offset: 96_000n },
        { name: 'output_norm.weight', shape: [256n], dtype: F32, offset: 120_576n },
      ],
    })
    expect(quantisation).toStrictEqual({ method: 'type 77', bits: 3, parameters: 256 * 1256 })
    expect(spec.precision).toBe('int4')
    expect(notes).toContainEqual(expect.stringContaining('type 77, which is not known, of 3 bits'))
  })

  it('without its family is an error that names the key', async () => {
    const { 'general.architecture': _, ...others } = METADATA
    const path = write('nameless.gguf', ggufFile(others, TENSORS))
    await expect(readCheckpoint(path)).rejects.toMatchObject({
      code: 'missing_field',
      place: ['general.architecture'],
    })
  })
})
