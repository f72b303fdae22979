import type { Call, Make, Operation } from '../../../architecture/index.js'
import { contiguous } from '../arrays/layout.js'
import { rotatedHalves } from '../attention/rotation.js'
import type { ComputeDtype } from '../dtype.js'
import { activation } from '../feed-forward/activations.js'
import { causalLoss, entropy, errorOfNumbers } from '../loss/loss.js'
import { normOf } from '../norms/norms.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'
import { attention } from './attention.js'
import { finite } from './finite.js'
import { binary, type Evaluate, given, unary, using } from './operands.js'
import { countOf, type Place } from './place.js'
import type { Scope } from './scope.js'
import { writtenBlock } from './written/written-block.js'

type Kind = Exclude<Operation, Call>['op']
type Of<Name extends Kind> = Extract<Exclude<Operation, Call>, { readonly op: Name }>
type Compute<Name extends Kind> = (place: Place, scope: Scope, operation: Of<Name>, evaluate: Evaluate) => Tensor

/** The result of an operation. Operands that no variable holds are freed. */
export function compute(place: Place, scope: Scope, operation: Exclude<Operation, Call>, evaluate: Evaluate): Tensor {
  const run = OPERATIONS[operation.op] as Compute<Kind>
  return run(place, scope, operation as Of<Kind>, evaluate)
}

const OPERATIONS: { readonly [Name in Kind]: Compute<Name> } = {
  lookup: (place, scope, { module, rows, by, isInput, isAddedTo }, evaluate) => {
    const { ops, weights } = place.layers
    const name = scope.named(module)
    if (weights.adapter(name)) throw new UndescribedBlock(`no model for an adapter on the embedding ${name}`)
    const elements = countOf(place.options, rows) * place.facts.features(name)
    const table = weights.get(`${name}.weight`)
    const found =
      by === undefined
        ? ops.embedding(table, elements)
        : using(place, [evaluate(by)], (indices = table) => ops.embedding(table, elements, indices))
    if (!isInput || !place.options.inputGradients) return found
    if (isAddedTo && !found.grad)
      throw new UndescribedBlock(
        `its code adds to the output of ${name} in place, which torch refuses with \`inputGradients\`: leave it out`,
      )
    return ops.tape.requireGradient(found)
  },
  linear: (place, scope, { module, of }, evaluate) => {
    const name = scope.named(module)
    return using(place, [evaluate(of)], (input) => place.layers.linear(name, given(input), place.facts.features(name)))
  },
  convolution: (place, scope, { module, of, count }, evaluate) =>
    using(place, [evaluate(of)], (input) =>
      place.layers.convolution(scope.named(module), given(input), countOf(place.options, count)),
    ),
  norm: (place, scope, { kind, module, of, size }, evaluate) => {
    const name = scope.named(module)
    const { layers, facts } = place
    return using(place, [evaluate(of)], (input) => {
      // Autocast computes it in float32.
      const wide = layers.autocast && kind === 'layerNorm' ? layers.ops.to(given(input), 'float32') : undefined
      const weight = size === undefined ? facts.weight(name) : [size]
      const output = normOf(kind, layers, name, wide ?? given(input), weight)
      if (wide) layers.ops.tape.free(wide)
      return output
    })
  },
  activation: (place, _, { name, of }, evaluate) =>
    using(place, [evaluate(of)], (input) => activation(place.layers, name, given(input))),
  add: binary((place, left, right) => place.layers.ops.add(left, right)),
  addInPlace: binary((place, left, right) => place.layers.ops.addInPlace(left, right)),
  multiply: binary((place, left, right) => place.layers.ops.mul(left, right)),
  product: (place, _, { of, count }, evaluate) =>
    using(place, of.map(evaluate), (left, right) =>
      place.layers.matrixProduct(given(left), given(right), countOf(place.options, count)),
    ),
  scale: (place, _, { of, by, isForEager }, evaluate) => {
    if (isForEager && place.options.kernel !== 'eager') return evaluate(of)
    return using(place, [evaluate(of), ...(by === undefined ? [] : [evaluate(by)])], (input, factor) =>
      place.layers.ops.scale(given(input), factor),
    )
  },
  scaleInPlace: unary((place, input) => place.layers.ops.scaleInPlace(input)),
  reorderSequences: unary(({ layers: { ops }, options }, input) =>
    options.batch > 1 ? ops.reordered(input) : ops.tape.alias(input),
  ),
  gatedHalves: unary((place, input) => place.layers.ops.gatedHalves(input)),
  pad: (place, _, { of, count }, evaluate) =>
    using(place, [evaluate(of)], (input) => place.layers.ops.pad(given(input), countOf(place.options, count))),
  dropout: unary(({ layers: { ops }, options }, input) =>
    options.drops === 'all' ? ops.dropout(input) : ops.tape.alias(input),
  ),
  scratch: unary(({ layers: { ops } }, { elements, dtype }) =>
    ops.tape.tensor(elements, dtype, 'contiguous', 'temporary'),
  ),
  view: unary((place, input) => place.layers.ops.view(input)),
  exchange: unary((place, input) => place.layers.ops.exchanged(input)),
  copy: unary((place, input) => place.layers.ops.contiguous(input)),
  reorder: unary((place, input) => place.layers.ops.reordered(input)),
  wide: unary((place, input) => place.layers.ops.to(input, 'float32')),
  narrow: unary((place, input) => place.layers.ops.to(input, place.options.computeDtype)),
  own: unary((place, input) => place.layers.ops.to(input, place.options.modelDtype)),
  part: (place, _, { of, count }, evaluate) =>
    using(place, [evaluate(of)], (input) => place.layers.ops.slice(given(input), countOf(place.options, count))),
  unpadded: (place, _, { of, count }, evaluate) =>
    using(place, [evaluate(of)], (input) => {
      const { ops } = place.layers
      const elements = countOf(place.options, count)
      return elements === given(input).elements ? ops.tape.alias(given(input)) : ops.slice(given(input), elements)
    }),
  padded: (place, _, { of, count }, evaluate) =>
    using(place, [evaluate(of)], (input) => {
      const { tape } = place.layers.ops
      const elements = countOf(place.options, count)
      const { dtype } = given(input)
      return elements === given(input).elements ? tape.alias(given(input)) : tape.tensor(elements, dtype, 'pad')
    }),
  like: (place, scope, { of, as }, evaluate) =>
    using(place, [evaluate(of), scope.get(as)], (input, other) =>
      place.layers.ops.to(given(input), given(other).dtype),
    ),
  likeWeight: (place, scope, { of, module }, evaluate) =>
    using(place, [evaluate(of)], (input) => {
      const { ops, weights } = place.layers
      const { dtype, storedAs } = weights.get(`${scope.named(module)}.weight`)
      return storedAs ? ops.tape.alias(given(input)) : ops.to(given(input), dtype)
    }),
  finite: (place, _, { of, how }, evaluate) =>
    using(place, [evaluate(of)], (input) => finite(place.layers.ops, given(input), how)),
  sum: (place, _, { of, count }, evaluate) =>
    using(place, [evaluate(of)], (input) => summed(place, given(input), countOf(place.options, count))),
  mean: (place, _, { of, count }, evaluate) =>
    using(place, [evaluate(of)], (input) => place.layers.ops.mean(given(input), countOf(place.options, count))),
  // A view in which one element stands for many, such as a mask for all heads.
  expand: (place, _, { of, count }, evaluate) =>
    using(place, [evaluate(of)], (input) => expanded(place, given(input), countOf(place.options, count))),
  concat: (place, _, { of, isForFused }, evaluate) =>
    using(place, of.map(evaluate), (...parts) =>
      isForFused && place.options.kernel === 'eager'
        ? place.layers.ops.tape.alias(given(parts[0]))
        : place.layers.ops.cat(parts),
    ),
  joined: (place, scope, { list, isHeld = false }) => {
    const parts = scope.takeList(list)
    const whole = place.layers.ops.cat(parts)
    if (isHeld) scope.setList(list, parts)
    else place.layers.ops.tape.free(...parts)
    return whole
  },
  bags: (place, scope, { parameter, by, shares, bags, count }, evaluate) =>
    using(place, [evaluate(by), evaluate(shares)], (places, factors) => {
      const { layers, options } = place
      const table = layers.weights.get(scope.named(parameter))
      // The code casts the shares.
      const cast = layers.ops.to(given(factors), table.dtype)
      const made = layers.ops.bags(table, given(places), cast, countOf(options, bags), countOf(options, count))
      layers.ops.tape.free(cast)
      return made
    }),
  addRows: (place, scope, { into, of, by }, evaluate) =>
    using(place, [evaluate(into), evaluate(of), scope.get(by)], (whole, rows, places) =>
      place.layers.ops.addRows(given(whole), given(rows), given(places)),
    ),
  tableRows: (place, scope, { parameter, tables, by, count }, evaluate) =>
    using(place, [evaluate(by)], (places) => {
      const { ops, weights } = place.layers
      return ops.tableRows(weights.get(scope.named(parameter)), tables, given(places), countOf(place.options, count))
    }),
  clamp: unary((place, input) => place.layers.ops.clamp(input)),
  choose: (place, scope, { of, mask }, evaluate) =>
    using(place, [...of.map(evaluate), scope.get(mask)], (one, other, places) =>
      place.layers.ops.choose(given(one), given(other), given(places)),
    ),
  masked: (place, _, { of, mask }, evaluate) =>
    using(place, [evaluate(of), evaluate(mask)], (input, places) => place.layers.ops.masked(given(input), places)),
  unfold: unary((place, input) => place.layers.ops.unfolded(input)),
  alsoInput: unary(({ layers: { ops }, options }, input) =>
    options.inputGradients ? ops.tape.requireGradient(ops.tape.alias(input)) : ops.tape.alias(input),
  ),
  parameter: (place, scope, { name }) => place.layers.ops.tape.alias(place.layers.weights.get(scope.named(name))),
  variable: (place, _, { of, isAlways = false }, evaluate) =>
    place.options.recompute === 'none' && !isAlways
      ? evaluate(of)
      : place.layers.ops.tape.requireGradient(evaluate(of)),
  make: (place, scope, { count, type, like, isForEager = false, isForLabels = false }) =>
    place.layers.ops.tape.tensor(
      (isForEager && place.options.kernel !== 'eager') || (isForLabels && place.options.cache)
        ? 0
        : countOf(place.options, count),
      like === undefined ? makeDtype(place, type) : scope.dtypeOf(like),
      'ones',
    ),
  // Inputs are among the buffers.
  input: (place, _, { count, type }) => ({
    ...place.layers.ops.tape.tensor(0, type === 'model' ? place.options.modelDtype : type, 'input'),
    elements: countOf(place.options, count),
  }),
  rotate: (place, _, { of, by }, evaluate) =>
    using(place, [evaluate(of), ...by.map(evaluate)], (input, cos, sin) =>
      rotatedHalves(place.layers, { float32: 'nothing' }, given(input), [cos, sin]),
    ),
  scatter: (place, _, { into, mask, of }, evaluate) =>
    using(place, [evaluate(into), evaluate(mask), evaluate(of)], (whole, places, source) =>
      place.layers.ops.maskedScatter(given(whole), given(places), given(source)),
    ),
  resize: (place, _, { of, count }, evaluate) =>
    using(place, [evaluate(of)], (input) => place.layers.ops.resized(given(input), countOf(place.options, count))),
  sample: (place, _, { of, by, count }, evaluate) =>
    using(place, [evaluate(of), evaluate(by)], (table, places) =>
      place.layers.ops.sampled(given(table), given(places), countOf(place.options, count)),
    ),
  pool: (place, _, { of, count }, evaluate) =>
    using(place, [evaluate(of)], (input) => {
      const { ops } = place.layers
      const whole = given(input)
      return ops.tape.record(
        [whole],
        { before: [whole] },
        () => ops.tape.tensor(countOf(place.options, count), whole.dtype, 'avg_pool2d'),
        () => [ops.gradient(whole.elements, whole.dtype, 'avg_pool2d_backward')],
      )
    }),
  times: (place, scope, { of, by, parts }, evaluate) =>
    using(place, [evaluate(of)], (input) => {
      const { layers, options } = place
      return layers.productInParts(given(input), layers.weights.get(scope.named(by)), countOf(options, parts))
    }),
  pick: (place, _, { of, mask, count }, evaluate) =>
    using(place, [evaluate(of), evaluate(mask)], (whole, places) =>
      place.layers.ops.pick(given(whole), given(places), countOf(place.options, count)),
    ),
  put: (place, _, { into, mask, of }, evaluate) =>
    using(place, [evaluate(into), evaluate(mask), evaluate(of)], (whole, places, rows) =>
      place.layers.ops.put(given(whole), given(places), given(rows)),
    ),
  placed: (place, scope, { into, of, by }, evaluate) =>
    using(place, [evaluate(into), evaluate(of), scope.get(by)], (whole, rows, places) =>
      place.layers.ops.placed(given(whole), given(rows), given(places)),
    ),
  rows: (place, _, { of, count, by }, evaluate) =>
    using(
      place,
      [evaluate(of), by === undefined ? place.layers.ops.tape.tensor(0, 'int64', 'input') : evaluate(by)],
      (input, places) => place.layers.ops.index(given(input), countOf(place.options, count), given(places)),
    ),
  selected: (place, _, { of, count }, evaluate) =>
    using(place, [evaluate(of)], (input) => {
      const { elements, dtype } = given(input)
      const storage = place.layers.ops.selected(elements, countOf(place.options, count), dtype)
      return { elements: countOf(place.options, count), dtype, storage }
    }),
  attention,
  written: writtenBlock,
  shiftedEntropy: unary(({ layers, options: { batch, sequence, target = sequence } }, logits) =>
    causalLoss(layers, layers.ops.tape.alias(logits), {
      batch,
      sequence: target,
      kind: { kind: 'logits', logits: 'float32' },
      isDerived: false,
    }),
  ),
  squaredError: unary(({ layers }, logits) => errorOfNumbers(layers, logits, 'mse_loss')),
  binaryEntropy: unary(({ layers }, logits) => errorOfNumbers(layers, logits, 'binary_cross_entropy_with_logits')),
  entropy: (place, _, { of, labels: places }, evaluate) =>
    using(place, [evaluate(of), ...(places === undefined ? [] : [evaluate(places)])], (logits, labels) =>
      entropy(place.layers, given(logits), labels),
    ),
}

/** A sum, whose gradient is that of the result, repeated as a view. */
function summed({ layers: { ops } }: Place, input: Tensor, elements: number): Tensor {
  return ops.tape.record(
    [input],
    {},
    () => ops.tape.tensor(elements, input.dtype, 'sum'),
    (gradient) => [ops.tape.ledger.retain(gradient)],
  )
}

/** A view with more elements, whose gradient is summed. With as many, it gets that of the view, which may be a part of a larger one. */
function expanded({ layers: { ops } }: Place, input: Tensor, elements: number): Tensor {
  const { dtype } = input
  return ops.tape.record(
    [input],
    {},
    () => ({ ...ops.tape.alias(input), elements }),
    (gradient) => [
      elements === input.elements
        ? { storage: ops.tape.ledger.retain(gradient), layout: contiguous([elements]), dtype }
        : ops.gradient(input.elements, dtype, 'sum'),
    ],
  )
}

function makeDtype({ options }: Place, type: Make['type']): ComputeDtype {
  const { kernel, modelDtype, bufferDtype, computeDtype } = options
  if (type === 'buffer') return bufferDtype
  if (type === 'mask') return kernel === 'eager' ? modelDtype : 'bool'
  return type === 'model' ? modelDtype : type === 'compute' ? computeDtype : type
}
