import { container, type Module } from '../module.js'
import { layerNorm } from './norm.js'

/** A layer of GPT-2 (Radford et al. 2019): `x + attn(ln_1(x))`, then `x + mlp(ln_2(x))`. */
export function gpt2Layer(type: string, hiddenSize: number, attention: Module, mlp: Module): Module {
  const norm = layerNorm(hiddenSize)
  return container(type, { ln_1: norm, attn: attention, ln_2: norm, mlp })
}

/** A layer of GPT-J (Wang & Komatsuzaki 2021): attention and MLP side by side on one norm. */
export function gptjLayer(type: string, hiddenSize: number, attention: Module, mlp: Module): Module {
  return container(type, { ln_1: layerNorm(hiddenSize), attn: attention, mlp })
}
