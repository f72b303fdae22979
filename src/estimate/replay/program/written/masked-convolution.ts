import type { MaskedConvolution } from '../../../../architecture/index.js'
import type { Shaped } from '../../arrays/shaped.js'
import { activation as activated } from '../../feed-forward/activations.js'
import { normOf } from '../../norms/norms.js'
import type { WrittenRun } from './written-run.js'

/** `ConvLayer.forward` of `modeling_deberta_v2.py` (transformers 4.57.6). */
export function maskedConvolution(run: WrittenRun, { activation, dropout }: MaskedConvolution): Shaped {
  const { arrays: a, names: f, batch, tokens, named, given } = run
  const { layers } = a
  const hidden = given('hidden', [batch, tokens, -1])
  const features = hidden.layout.shape[2] ?? 1
  const rows = a.contiguous(a.permute(hidden, [0, 2, 1]))
  const convolved = a.plain(rows, [batch, features, tokens], (input) =>
    layers.convolution(named('conv'), input, input.elements),
  )
  const out = f.let('out', a.contiguous(a.permute(convolved, [0, 2, 1])))
  const padding = f.let('padding', a.make([batch, tokens], 'bool', '_to_copy'))
  const masked = a.maskedFillInPlace(out, a.expand(a.unsqueeze(padding, -1), [batch, tokens, features]))
  f.let('out', masked)
  const bent = f.let(
    'out',
    a.plain(run.dropped(dropout, f.get('out')), [batch, tokens, features], (input) =>
      activated(layers, activation, input),
    ),
  )
  const sum = f.let('sum', a.add(given('residual', [batch, tokens, features]), bent))
  const wide = layers.autocast ? a.to(sum, 'float32') : sum
  const normal = f.let(
    'normal',
    a.plain(wide, [batch, tokens, features], (input) =>
      normOf('layerNorm', layers, named('LayerNorm'), input, [features]),
    ),
  )
  f.let('normal', a.to(normal, sum.dtype))
  const ones = f.let('ones', a.to(given('ones', [batch, tokens, 1]), f.get('normal').dtype))
  return f.returned(a.mul(f.get('normal'), ones))
}
