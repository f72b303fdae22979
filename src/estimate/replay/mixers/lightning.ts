import type { LightningPass } from '../../../architecture/index.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import { norm } from '../norms/norms.js'
import { child } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'
import type { MixerRun } from './mixer-run.js'
import { tokenLoop } from './token-loop.js'

const PARTS = ['query', 'key', 'value'] as const

/**
 * Lightning attention (`MiniMaxLightningAttention.forward` of transformers 4.57.6): softmax-free attention within a block of tokens, and
 * through a state that goes from block to block.
 */
export function lightning(mixer: MixerRun, pass: LightningPass, input: Shaped): Shaped {
  const { arrays: a, run, block, name, cache } = mixer
  const { heads, headDim, blockTokens } = pass
  const f = new Names(a.tape)
  const [batch = 1, tokens = 1] = input.layout.shape
  // The decays are buffers, in the dtype of the model.
  const { dtype } = a.parameter(`${name}.qkv_proj.weight`)
  f.let('qkv', a.silu(a.linear(`${name}.qkv_proj`, input)))
  const all = f.let('qkv', a.reshape(f.get('qkv'), [batch, tokens, heads, 3 * headDim]))
  const parts = a.split(all, [headDim, headDim, headDim])
  for (const [index, part] of PARTS.entries()) {
    const own = parts[index]
    if (own) f.let(part, own)
  }
  for (const part of PARTS) f.let(part, a.transpose(f.get(part), 1, 2))
  f.let('state', a.to(a.make([batch, heads, headDim, headDim], 'float32', 'zeros'), f.get('value').dtype))
  const blocks = Math.ceil(tokens / blockTokens)
  const outputs = tokenLoop(a, f, blocks, (index) => {
    const isLast = index === blocks - 1
    const size = isLast ? tokens - index * blockTokens : blockTokens
    const own = PARTS.map((part) => f.let(`own ${part}`, a.slice(f.get(part), 2, size)))
    const [query, key, value] = own
    if (!query || !key || !value) throw new Error('there are three parts')
    f.let('block decay', a.make([heads, 1, 1], a.layers.autocast ? 'float32' : dtype, 'exp'))
    const scores = f.let('intra', a.matmul(query, a.transpose(key, -1, -2)))
    const within = a.matmul(a.mul(scores, a.constant([1, heads, size, size], dtype)), value)
    f.let('output intra', within)
    f.let('output inter', a.matmul(a.mul(query, a.constant([heads, size, 1], dtype)), f.get('state')))
    const output = f.let('output', a.add(f.get('output inter'), f.get('output intra')))
    const leave = (held?: Tensor[]): void => {
      const weighted = a.transpose(a.mul(key, a.constant([heads, size, 1], dtype)), -1, -2)
      f.let('next', a.matmul(weighted, value, held))
      f.let('state', a.add(a.mul(f.get('state'), f.get('block decay')), f.get('next')))
    }
    // Nobody reads what the last block leaves: what is saved for it lives as long as the state.
    if (isLast) a.tape.withoutGradients(() => leave(key.grad && !a.tape.dropsSaved ? run.attentionWeights : undefined))
    else leave()
    return output
  })
  let output = f.let('outputs', a.cat(outputs, -2, tokens))
  for (const index of Array.from({ length: blocks }, (_, one) => one)) f.delete(`output ${index}`)
  f.delete('other outputs')
  output = f.let('outputs', a.transpose(output, 1, 2))
  output = f.let('outputs', a.reshape(output, [batch, tokens, heads * headDim]))
  const gain = child(block, 'norm')
  if (!gain) throw new UndescribedBlock(`${name} has no norm`)
  output = f.let(
    'outputs',
    a.plain(output, output.layout.shape, (tensor) => norm(run, gain, tensor)),
  )
  output = f.let('outputs', a.mul(a.sigmoid(a.linear(`${name}.output_gate`, input)), output))
  output = f.let('outputs', a.linear(`${name}.out_proj`, output))
  const state = f.get('state')
  if (cache) cache.replace(name, 'recurrent', state)
  // The layer also receives the state.
  run.attentionWeights.push(a.tape.alias(state))
  return f.returned(output)
}
