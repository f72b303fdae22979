import type { TimeMixPass } from '../../../architecture/index.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import { UndescribedBlock } from '../undescribed-block.js'
import { foldedLoop } from './folded-loop.js'
import type { MixerRun } from './mixer-run.js'
import { MixingArrays, mixed } from './mixing-arrays.js'

/** The time mix of RWKV 4 without its kernel (`RwkvSelfAttention` and `rwkv_linear_attention_cpu` of `modeling_rwkv.py`, transformers 4.57.6). */
export function timeMix({ run, name, cache }: MixerRun, _pass: TimeMixPass, input: Shaped): Shaped {
  const a = new MixingArrays(run.layers)
  const f = new Names(a.tape)
  const [width = 1] = a.parameter(`${name}.time_decay`).layout.shape
  if (cache && width !== run.sizes.hiddenSize)
    throw new UndescribedBlock(
      'transformers keeps states as wide as `hidden_size`, so that a prefill stops if `attention_hidden_size` is another',
    )
  const shifted = f.let('shifted', a.pad(input, 1, 0))
  for (const part of ['key', 'value', 'receptance']) f.let(part, mixed(a, `${name}.time_mix_${part}`, input, shifted))
  for (const part of ['key', 'value', 'receptance']) f.let(part, a.linear(`${name}.${part}`, f.get(part)))
  f.let('receptance', a.sigmoid(f.get('receptance')))
  f.delete('shifted')
  f.let('weighted', recurrence(a, name, f.get('key'), f.get('value')))
  return f.returned(a.linear(`${name}.output`, a.mul(f.get('receptance'), f.get('weighted'))))
}

function recurrence(a: MixingArrays, name: string, key: Shaped, value: Shaped): Shaped {
  const f = new Names(a.tape)
  const [batch = 1, tokens = 1, width = 1] = key.layout.shape
  f.let('output', a.make(key.layout.shape, key.dtype, 'zeros_like'))
  for (const part of ['numerator', 'denominator', 'largest'])
    f.let(part, a.make([batch, width], 'float32', 'zeros_like'))
  const first = a.parameter(`${name}.time_first`)
  const decay = f.let('decay', a.neg(a.exp(a.parameter(`${name}.time_decay`))))
  foldedLoop(a.tape, tokens, (token) => {
    const k = f.let('k', a.to(a.select(key, 1), 'float32'))
    const v = f.let('v', a.select(value, 1))
    const largest = f.get('largest')
    const above = f.let('above', a.larger(largest, a.add(k, first)))
    f.let('e1', a.exp(a.sub(largest, above)))
    f.let('e2', a.exp(a.sub(a.add(k, first), above)))
    const weighted = (part: string): Shaped => a.mul(f.get('e1'), f.get(part))
    f.let('over', a.add(weighted('numerator'), a.mul(f.get('e2'), v)))
    f.let('under', a.add(weighted('denominator'), f.get('e2')))
    const quotient = a.to(a.divide(f.get('over'), f.get('under')), key.dtype)
    f.let('output', a.assign(f.get('output'), quotient))
    const update = (): void => {
      const next = f.let('next', a.larger(a.add(largest, decay), k))
      f.let('e1', a.exp(a.sub(a.add(largest, decay), next)))
      f.let('e2', a.exp(a.sub(k, next)))
      f.let('numerator', a.add(weighted('numerator'), a.mul(f.get('e2'), v)))
      f.let('denominator', a.add(weighted('denominator'), f.get('e2')))
      f.let('largest', next)
    }
    // Nobody reads what the last token leaves, so that nothing is saved for it.
    if (token === tokens - 1) a.tape.withoutGradients(update)
    else update()
  })
  return f.returned(f.get('output'))
}
