import type { Module } from '../../architecture/index.js'
import type { Layers } from './layers.js'
import type { Tensor } from './tape.js'
import type { ForwardTraits } from './traits.js'

/** The feed-forward network of a layer, whichever kind it is. The input stays the caller's. */
export function mlp(layers: Layers, name: string, module: Module | undefined, input: Tensor, traits: ForwardTraits): Tensor {
  const children = module?.children ?? {}
  if (children['gate_up_proj']) return fused(layers, name, children, input)
  if (children['gate_proj']) return gated(layers, name, children, input, ['gate_proj', 'up_proj', 'down_proj'])
  void traits
  throw new Error(`the forward pass of ${name} is not described`)
}

function gated(layers: Layers, name: string, children: Readonly<Record<string, Module>>, input: Tensor, [gate, up, down]: readonly [string, string, string]): Tensor {
  const { ops } = layers
  const { tape } = ops
  const before = layers.linear(`${name}.${gate}`, input, outOf(children[gate]))
  const opened = ops.elementwise(before, 'silu')
  tape.free(before)
  const raised = layers.linear(`${name}.${up}`, input, outOf(children[up]))
  const product = ops.mul(opened, raised)
  tape.free(opened, raised)
  const output = layers.linear(`${name}.${down}`, product, outOf(children[down]))
  tape.free(product)
  return output
}

/** Phi-3 computes gate and way up at once, and takes them apart as views. */
function fused(layers: Layers, name: string, children: Readonly<Record<string, Module>>, input: Tensor): Tensor {
  const { ops } = layers
  const { tape } = ops
  const both = layers.linear(`${name}.gate_up_proj`, input, outOf(children['gate_up_proj']))
  const gate = ops.slice(both, both.elements / 2)
  const up = ops.slice(both, both.elements / 2)
  const opened = ops.elementwise(gate, 'silu')
  const product = ops.mul(up, opened)
  tape.free(opened)
  const output = layers.linear(`${name}.down_proj`, product, outOf(children['down_proj']))
  tape.free(product, both, gate, up)
  return output
}

function outOf(module: Module | undefined): number {
  return module?.linear?.outFeatures ?? 0
}
