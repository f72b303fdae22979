import type { CompleteForwardPass } from '../complete-forward-pass.js'
import type { DecoderRun } from '../decoder-run.js'
import type { Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { hyperLayer } from './hyper-connections.js'
import { layerInputLayer } from './layer-input-layer.js'
import { nestedLayer } from './nested-layer.js'
import { normalisedLayer } from './normalised-layer.js'
import { parallelLayer } from './parallel-layer.js'
import { sequentialLayer } from './sequential-layer.js'
import { sharedLayer } from './shared-layer.js'
import { shortcutLayer } from './shortcut-layer.js'
import { singleLayer } from './single-layer.js'
import { streamLayer } from './stream-layer.js'
import { sumLayer } from './sum-layer.js'
import { thinnedLayer } from './thinned-layer.js'

type Residual = CompleteForwardPass['residual']
type ComputeLayer<One extends Residual> = (
  run: DecoderRun,
  layer: Named,
  input: Tensor,
  index: number,
  residual: One,
) => Tensor

/** One decoder layer, with any placement of norms and any wiring of blocks. The caller keeps the input. */
export function decoderLayer(run: DecoderRun, layer: Named, input: Tensor, index: number): Tensor {
  const { residual } = run.forward
  // Indexed by `order`, the table holds the layer of just that residual stream; a mapped type cannot say so.
  const compute = LAYERS[residual.order] as ComputeLayer<Residual>
  return compute(run, layer, input, index, residual)
}

/** The layers by the order of their residual stream. Each has its own file. */
const LAYERS: { readonly [Order in Residual['order']]: ComputeLayer<Extract<Residual, { readonly order: Order }>> } = {
  sequential: sequentialLayer,
  parallel: parallelLayer,
  single: singleLayer,
  nested: nestedLayer,
  normalised: normalisedLayer,
  normalisedSums: sumLayer,
  shared: sharedLayer,
  shortcut: shortcutLayer,
  streams: streamLayer,
  layerInputs: layerInputLayer,
  hyperConnections: hyperLayer,
  thinned: thinnedLayer,
}
