import { container, type Module } from '../module.js'
import { layerNorm } from './norm.js'

/**
 * A layer of GPT-2 (Radford et al. 2019): `x + attn(ln_1(x))`, then `x + mlp(ln_2(x))`. If the model is the decoder of an
 * encoder-decoder model, there is cross-attention between the two.
 */
export function gpt2Layer(
  type: string,
  hiddenSize: number,
  { attention, crossAttention, mlp }: { attention: Module; crossAttention?: Module | undefined; mlp: Module },
): Module {
  const norm = layerNorm(hiddenSize)
  const cross = crossAttention && { ln_cross_attn: norm, crossattention: crossAttention }
  return container(type, { ln_1: norm, attn: attention, ...cross, ln_2: norm, mlp })
}

/** GPT-2's cross-attention: queries from the decoder (`q_attn`), keys and values from the encoder (`c_attn`). */
export function gpt2CrossAttention(
  type: string,
  hiddenSize: number,
  projection: (inFeatures: number, outFeatures: number) => Module,
): Module {
  const square = projection(hiddenSize, hiddenSize)
  return container(
    type,
    { q_attn: square, c_attn: projection(hiddenSize, 2 * hiddenSize), c_proj: square },
    { part: 'attention' },
  )
}

/** A layer of GPT-J (Wang & Komatsuzaki 2021): attention and MLP in parallel on one norm. */
export function gptjLayer(type: string, hiddenSize: number, attention: Module, mlp: Module): Module {
  return container(type, { ln_1: layerNorm(hiddenSize), attn: attention, mlp })
}
