import type { Mixture as ForwardMixture } from '../../../architecture/index.js'
import { MaskedArrays } from '../arrays/masked-arrays.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import type { DecoderRun } from '../decoder-run.js'
import { child, type Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { besideExperts, groupedExperts } from './grouped-experts.js'
import { groupedRoutes } from './grouped-routers.js'
import type { Choice } from './routes.js'

/** What has experts of a kind of its own, by the names of the parts of a block. */
const OF_TEXTS = 'text_moe'
const OF_IMAGES = 'vision_moe'

/** Whether tokens of images run through experts of their own in a block. */
export function isByKind(run: DecoderRun, block: Named): boolean {
  return (run.options.ownTokens ?? 0) > 0 && child(block, OF_IMAGES) !== undefined
}

/**
 * Experts for tokens of texts and others for those of images, which masks of elements select from the hidden states and put back
 * (`Ernie4_5_VLMoeMoeBlock` of transformers 5.24). The caller keeps the input.
 */
export function expertsByKind(
  run: DecoderRun,
  mixture: Required<ForwardMixture>,
  block: Named,
  input: Tensor,
  choice: Choice,
): Tensor {
  const { layers, options, sizes } = run
  const a = new MaskedArrays(layers)
  const f = new Names(a.tape)
  const states = [options.batch, options.sequence, sizes.hiddenSize]
  const routed = [layers.tokens, choice.experts]
  const given = a.borrowed(input, states)
  const beside = child(block, 'shared_experts')
  if (beside) f.let('shared', a.of(besideExperts(run, beside, given), states))
  f.let('made', a.make(states, input.dtype, 'zeros_like'))
  f.let('logits', a.make(routed, 'float32', 'zeros'))
  const types = f.let('types', a.make(states.slice(0, -1), 'bool', '_to_copy'))
  f.let('routed', a.expand(a.reshape(types, [layers.tokens, 1]), routed))
  f.let('chosen', a.expand(a.unsqueeze(types, -1), states))
  const ofImages = options.batch * (options.ownTokens ?? 0)
  for (const [name, rows] of [
    [OF_TEXTS, layers.tokens - ofImages],
    [OF_IMAGES, ofImages],
  ] as const) {
    // The code computes the opposite of a mask each time.
    const mask = (of: string): Shaped =>
      name === OF_IMAGES ? f.get(of) : a.make(f.get(of).layout.shape, 'bool', 'bitwise_not')
    const part = child(block, name)
    if (!part) throw new Error(`${block.name} has experts for each kind of tokens`)
    const { made, logits } = ofKind(run, a, mixture, part, choice, [
      rows,
      sizes.hiddenSize,
      a.chosen(given, mask('chosen'), rows * sizes.hiddenSize),
    ])
    f.let('made', a.fill(f.get('made'), mask('chosen'), made))
    const places = mask('routed')
    // Without the loss of routers, what these save lives until the layer returns, as its last variable holds the logits.
    if (!run.routers && logits.grad) {
      run.attentionWeights.push(a.tape.alias(places))
      a.tape.saved.skip()
    }
    const filled = (): Shaped => a.fill(f.get('logits'), places, logits)
    f.let('logits', run.routers ? filled() : a.tape.withoutGradients(filled))
  }
  run.routers?.keep(f.get('logits'), choice)
  if (!run.routers) run.attentionWeights.push(a.tape.alias(f.get('logits')))
  if (beside) f.let('made', a.add(f.get('made'), f.get('shared')))
  return f.returned(f.get('made'))
}

/** The experts of one kind of tokens, and what their router gives, each in one row. */
function ofKind(
  run: DecoderRun,
  a: MaskedArrays,
  mixture: Required<ForwardMixture>,
  part: Named,
  choice: Choice,
  [rows, features, elements]: readonly [number, number, Shaped],
): { readonly made: Shaped; readonly logits: Shaped } {
  const f = new Names(a.tape)
  // The caller holds what it hands on.
  f.let('given', elements)
  const tokens = f.let('tokens', a.reshape(f.get('given'), [rows, features]))
  const { logits, weights, indices } = groupedRoutes(a, mixture, part, tokens, choice)
  const routes = { weights: f.let('weights', weights), indices: f.let('indices', indices) }
  const made = groupedExperts(run, a, `${part.name}.experts`, tokens, routes)
  f.free()
  return { made: a.reshape(made, [rows * features]), logits: a.reshape(logits, [rows * choice.experts]) }
}
