import { Names } from '../arrays/names.js'
import type { DecoderRun } from '../decoder-run.js'
import { MixingArrays, mixed } from '../mixers/mixing-arrays.js'
import type { Named } from '../submodules.js'
import type { Tensor } from '../tape.js'

/** The channel mix of RWKV 4 (`RwkvFeedForward` of `modeling_rwkv.py`, transformers 4.57.6). The caller keeps the input. */
export function channelMix({ layers, options, sizes }: DecoderRun, { name }: Named, given: Tensor): Tensor {
  const a = new MixingArrays(layers)
  const f = new Names(a.tape)
  const input = a.borrowed(given, [options.batch, options.sequence, sizes.hiddenSize])
  const shifted = f.let('shifted', a.pad(input, 1, 0))
  for (const part of ['key', 'receptance']) f.let(part, mixed(a, `${name}.time_mix_${part}`, input, shifted))
  f.let('key', a.pow(a.unary(a.linear(`${name}.key`, f.get('key')), 'relu', 'output')))
  f.let('value', a.linear(`${name}.value`, f.get('key')))
  f.let('receptance', a.sigmoid(a.linear(`${name}.receptance`, f.get('receptance'))))
  return f.returned(a.mul(f.get('receptance'), f.get('value')))
}
