import { container, type Module } from '../module.js'
import { linear } from './linear.js'

/** A linear layer of Gemma 4's encoders, inside a module that may clip what goes in and comes out. The limits are buffers. */
export function clippable(inFeatures: number, outFeatures: number): Module {
  return container('Gemma4ClippableLinear', { linear: linear(inFeatures, outFeatures) })
}
