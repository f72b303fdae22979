import { Arrays } from '../arrays/arrays.js'
import { Names } from '../arrays/names.js'
import type { Shaped } from '../arrays/shaped.js'
import type { DecoderPass } from '../decoder-pass.js'
import { normOf } from '../norms/norms.js'
import { child, type Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'

/** The inputs of all layers, and what the code around the language model holds of them until it returns. */
export interface LayerInputs {
  readonly joined: Shaped
  readonly held: readonly Tensor[]
}

/**
 * What each layer gets of a token beside the hidden states: a small embedding of its own, and a projection of the usual one
 * (`get_per_layer_inputs` and `project_per_layer_inputs` of Gemma 4), `[batch, sequence, layers, features]`. Absent if the model has none.
 * Looks up the former; what it returns projects the embeddings, which may have images and sound among them by then.
 *
 * @param ids - the ids of the tokens, if they are not those of the batch
 */
export function layerInputsOf(pass: DecoderPass, ids?: Tensor): ((embedded: Tensor) => LayerInputs) | undefined {
  const { layers, options, base, forward, sizes } = pass
  const table = child(base, 'embed_tokens_per_layer')
  const projection = child(base, 'per_layer_model_projection')
  const norm = child(base, 'per_layer_projection_norm')
  if (!table || !projection || !norm) return undefined
  if (options.virtualTokens)
    throw new UndescribedBlock('no model for virtual tokens in a model whose layers look up embeddings of tokens')
  if (layers.weights.adapter(table.name)) throw new UndescribedBlock(`no model for an adapter on ${table.name}`)
  const { batch, sequence } = options
  const a = new Arrays(layers)
  const [features = 1] = norm.module.parameters?.['weight'] ?? []
  const whole = widthOf(table)
  const shape = [batch, sequence, whole / features, features]
  const replaced = forward.replacesIdsOfLayers ? a.tape.tensor(layers.tokens, 'int64', 'where') : undefined
  // A mask of the ids that are tokens of layers, and the ids with 0 in the place of all others.
  const kept = replaced ? [a.tape.tensor(layers.tokens, 'bool', 'logical_and'), replaced] : []
  const rows = layers.ops.embedding(
    layers.weights.get(`${table.name}.weight`),
    batch * sequence * whole,
    replaced ?? ids,
  )
  const tokens = new Names(a.tape)
  const ofToken = tokens.let('tokens', a.reshape(a.scale(a.of(rows, [batch, sequence, whole])), shape))
  return (embedded) => {
    const f = new Names(a.tape)
    const given = a.borrowed(embedded, [batch, sequence, sizes.hiddenSize])
    f.let('projected', a.scale(a.linear(projection.name, given)))
    f.let('projected', a.reshape(f.get('projected'), shape))
    const weight = norm.module.parameters?.['weight'] ?? []
    f.let(
      'projected',
      a.plain(f.get('projected'), shape, (tensor) => normOf(forward.norm, layers, norm.name, tensor, weight)),
    )
    const made = f.returned(a.scale(a.add(f.get('projected'), ofToken)))
    const held = ids || replaced ? [...kept, a.tape.alias(ofToken)] : []
    tokens.free()
    return { joined: { ...made, isNamed: true }, held }
  }
}

/**
 * What the code around a language model holds to replace placeholders, beside the ids without them: masks, and in a model with inputs for
 * each layer a copy of the embeddings, and the embeddings of tokens for the layers (`Gemma4Model.forward`).
 */
export function placeholdersOf(
  { layers: { ops, tokens }, forward }: DecoderPass,
  embedded: Tensor,
  inputs: LayerInputs | undefined,
): readonly Tensor[] {
  const masks = ops.tape.tensor(forward.placeholderMasks * tokens, 'bool', 'bitwise_or')
  return inputs ? [masks, ops.tape.tensor(embedded.elements, embedded.dtype, 'where'), ...inputs.held] : [masks]
}

/** Features of all layers, which one row of the table has. */
function widthOf({ module }: Named): number {
  return module.parameters?.['weight']?.[1] ?? 0
}
