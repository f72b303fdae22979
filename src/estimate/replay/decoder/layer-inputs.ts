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

/** Whether each layer gets something of a token beside the hidden states. */
export const hasLayerInputs = ({ base }: DecoderPass): boolean => child(base, 'embed_tokens_per_layer') !== undefined

/**
 * What the code around a language model makes to replace placeholders, and holds until it returns: masks, and ids without them. `copied` is a copy
 * of the embeddings, from which a model looks up what each layer gets (`Gemma4Model.forward`).
 */
export class Placeholders {
  readonly ids: Tensor
  readonly held: Tensor[]
  readonly #pass: DecoderPass

  /** @param seen - how many of the masks are among the variables of images and sound */
  constructor(pass: DecoderPass, seen: number) {
    const { layers, forward } = pass
    const { ops, tokens } = layers
    this.#pass = pass
    const masks = ops.tape.tensor((forward.placeholderMasks - seen) * tokens, 'bool', 'bitwise_or')
    this.ids = ops.tape.tensor(tokens, 'int64', 'where')
    this.held = [this.ids, masks]
  }

  copied({ elements, dtype }: Tensor): void {
    if (hasLayerInputs(this.#pass)) this.held.push(this.#pass.layers.ops.tape.tensor(elements, dtype, 'where'))
  }
}

/** Features of all layers, which one row of the table has. */
function widthOf({ module }: Named): number {
  return module.parameters?.['weight']?.[1] ?? 0
}
