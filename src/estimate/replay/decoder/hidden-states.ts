import { isOnlyInTransformers5 } from '../../../architecture/newer-types.js'
import type { Sense } from '../../../architecture/sense.js'
import { distancesOf, hasGivenMask, isEager, type Masks, masksOf } from '../attention/masks.js'
import { placesOnAxes, rotaryTables, tablesOf } from '../attention/rotary-tables.js'
import type { DecoderModel } from '../decoder-model.js'
import type { DecoderPass } from '../decoder-pass.js'
import type { DecoderRun, RotaryTables } from '../decoder-run.js'
import { isDropped } from '../dropout.js'
import { RecurrentStates } from '../mixers/states.js'
import { norm } from '../norms/norms.js'
import { throughLayers } from '../stack.js'
import { submodule } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'
import { LayerCasts } from './cast-inputs.js'
import { decoderLayer } from './decoder-layer.js'
import { embeddingOf } from './embeddings.js'
import { JoinedCaches } from './joined-caches.js'
import { prefixesOf, sharedKeysOf } from './keys-for-layers.js'
import { mixerOf } from './layer-attention.js'
import { type LayerInputs, layerInputsOf, Placeholders } from './layer-inputs.js'
import { RouterOutputs } from './router-outputs.js'
import { type Sensed, sensed } from './sense-pass.js'
import { streamsOf } from './streams.js'

/** The last hidden states, normalised, and what is held beside them until the loss is computed. */
export interface HiddenStates {
  readonly hidden: Tensor
  /** Of that, what the output of the model holds. */
  readonly inOutput: readonly Tensor[]
  readonly returned: readonly Tensor[]
  /** The logits of all routers; absent if nobody asks for them. */
  readonly routers: RouterOutputs | undefined
}

/**
 * Embeds the tokens, and runs all layers.
 *
 * @param outlives - receives what exists until backward is done: the hidden states that a stage of a pipeline got
 */
export function hiddenStates(model: DecoderModel, pass: DecoderPass, outlives: Tensor[] = []): HiddenStates {
  const { base, layers, forward, options } = pass
  const { tape } = layers.ops
  const inputs = inputsOf(model, pass)
  const { embedded, held, seen } = inputs
  if (options.stage?.isFirst === false) outlives.push(tape.alias(embedded))
  const isHeld = forward.logits.besideEmbeddings || (forward.logits.shifts === 'model' && !seen)
  const returned = [...(isHeld ? [tape.alias(embedded)] : []), ...inputs.untilLoss]
  const placeholders = [...(inputs.placeholders?.held ?? []), ...(inputs.forLayers?.held ?? [])]
  const common = commonOf(model, pass, inputs)
  const { run } = common
  const streams = streamsOf(pass)
  const first = streams?.enter(embedded) ?? firstInput(pass, run, embedded)
  // The looked up embeddings have a name in the code; their sum with the positions has not.
  const isRebound = forward.dropout.rebindsEmbeddings && isDropped(run, 'embeddings')
  const names = held.length > 0 ? held : isRebound ? [tape.alias(first)] : [embedded]
  if (held.length > 0 || isRebound) tape.free(embedded)
  const given = givenTo(model, pass, inputs, common)
  const ofLayer = (index: number) => ({ tables: common.tablesIn(index), scales: run.scales, given: given(index) })
  const isNewer = isOnlyInTransformers5(model.architecture.family) || options.sharding?.rules.experts !== undefined
  const casts = new LayerCasts(run, ofLayer, isNewer)
  const crossed = new Set(model.senses.flatMap(({ crossing }) => crossing?.layers ?? []))
  const caches = options.cache && forward.joinsCaches ? new JoinedCaches(pass) : undefined
  const states: Tensor[] = forward.vectors?.keepsStates ? [tape.alias(first)] : []
  const stack = throughLayers(model, run, first, {
    prepare: (layer) => casts.prepare(layer),
    given: (layer) => [...present(run.original), ...present(run.layerInputs), ...casts.kept(layer)],
    givenBy: forward.recomputes === 'asAsked' ? 'keyword' : 'position',
    returnsWeights: forward.attention.returnsWeights,
    leavesOut: ({ index }) => forward.layersForImages.includes(index) && !crossed.has(index),
    behind: (layer, output) => {
      caches?.join(layer.index)
      if (states.length > 0) states.push(tape.alias(output))
      return seen?.behind(layer.index, output) ?? output
    },
    compute: (layer, input) =>
      casts.run(layer, ({ tables, scales }) => {
        const own = { ...run, ...cutAt(model, pass, layer.index), tables, scales }
        return seen?.cross(layer, input) ?? decoderLayer(own, layer, input, layer.index)
      }),
  })
  const hidden = streams?.merge(stack.hidden) ?? stack.hidden
  run.sharedKeys?.leave()
  refuseUnread(run)
  const last = submodule(base, 'lastNorm')
  const normal = last ? norm(run, last, hidden) : tape.alias(hidden)
  // The last of them is normalised.
  tape.free(...states.splice(model.layers.length))
  returned.push(...states)
  caches?.free()
  tape.free(hidden, ...stack.returned, ...names, ...common.owned, ...placeholders)
  streams?.end()
  const heldBy = (names: (sense: Sense) => readonly string[] | undefined): Tensor[] =>
    model.senses.flatMap((sense) => (seen ? (names(sense) ?? []).map((name) => seen.scope.get(name)) : []))
  const inOutput = [...run.behindPrefixes, ...heldBy((sense) => sense.returned)]
  returned.push(...inOutput, ...heldBy((sense) => sense.untilLoss))
  seen?.scope.end()
  if (forward.routerLogits?.until !== 'layers') return { hidden: normal, returned, inOutput, routers: run.routers }
  run.routers?.free()
  return { hidden: normal, returned, inOutput, routers: undefined }
}

/** Layers whose replay knows nothing of prefixes would need less than they do. */
function refuseUnread({ prefixes }: DecoderRun): void {
  if (prefixes && prefixes.size > 0)
    throw new UndescribedBlock(`no model for prefixes in layers ${[...prefixes.keys()].join(', ')}: use prompt_tuning`)
}

/** What goes into the stack of layers. */
interface Inputs {
  readonly placeholders: Placeholders | undefined
  readonly embedded: Tensor
  readonly positions: readonly Tensor[]
  /** What the code references until it returns. */
  readonly held: readonly Tensor[]
  /** What code around the model references until it returns. */
  readonly untilLoss: readonly Tensor[]
  /** Images and sound among the tokens. */
  readonly seen: Sensed | undefined
  readonly forLayers: LayerInputs | undefined
}

function inputsOf({ senses, facts }: DecoderModel, pass: DecoderPass): Inputs {
  const { layers, options, forward } = pass
  const among = facts && sensed(senses, facts, layers, options)
  const held: Tensor[] = []
  let seen: Sensed | undefined
  let forLayers: LayerInputs | undefined
  const ownMasks = senses.reduce((sum, { placeholderMasks = 0 }) => sum + placeholderMasks, 0)
  const placeholders = forward.placeholderMasks > 0 ? new Placeholders(pass, ownMasks) : undefined
  let finish: ReturnType<typeof layerInputsOf>
  const sensing = {
    lookUp: (words: Tensor) => {
      placeholders?.copied(words)
      finish = layerInputsOf(pass, placeholders?.ids)
    },
    numbersTokens: senses.some((sense) => sense.numbersTokens),
    isBeforeScale: senses.some((sense) => sense.isBeforeScale),
    run: (tokens: Tensor) => {
      seen = among?.(tokens)
      return seen?.embedded ?? tokens
    },
    before: (words: Tensor) => {
      forLayers = finish?.(words)
    },
  }
  const { embedded, positions, untilLoss } = embeddingOf(pass, held, sensing, placeholders?.ids)
  return { placeholders, embedded, positions, untilLoss, held, seen, forLayers }
}

/** What all layers have in common. */
interface Common {
  readonly run: DecoderRun
  readonly masks: Masks
  /** The place of each token on each axis. */
  readonly places: readonly Tensor[]
  /** Positions, distances and rotary tables. */
  readonly shared: readonly Tensor[]
  readonly tablesIn: (layer: number) => RotaryTables | undefined
  /** All tensors of it, which are freed when the layers have run. */
  readonly owned: readonly Tensor[]
}

function commonOf(model: DecoderModel, pass: DecoderPass, { embedded, positions, forLayers }: Inputs): Common {
  const { layers, options, forward, sizes } = pass
  const { ops } = layers
  const { rotation, alibi } = forward
  const { dtype } = embedded
  const isWrittenOut = isEager(options, forward)
  const sharedKeys = sharedKeysOf(pass)
  const places = placesOnAxes(pass)
  const original = forward.residual.order === 'shared' ? ops.contiguous(embedded) : undefined
  const states = options.cache ? new RecurrentStates(model, options.batch, dtype, ops.tape) : undefined
  const masks = masksOf(pass, dtype)
  const isShared = rotation && rotation.tables !== 'inLayers'
  const tables = isShared ? rotaryTables(pass, rotation, dtype) : undefined
  const windowTables =
    isShared && rotation.tables !== 'one'
      ? rotaryTables(pass, { ...rotation, features: rotation.windowFeatures }, dtype)
      : tables
  const scales = forward.attention.scaledWhereUnrotated
    ? ops.tape.tensor(options.sequence, 'float32', 'exp')
    : undefined
  // They have the dtype of the normalised embeddings (BLOOM), which autocast computes in float32.
  const isWide = layers.autocast && submodule(pass.base, 'embeddingNorm') !== undefined
  const distances = alibi && distancesOf(pass, alibi, isWide ? 'float32' : dtype)
  const shared = [...positions, ...present(distances?.scaled), ...tablesOf(tables, windowTables)]
  const isBiased = alibi || hasGivenMask(options, forward) || options.ownMasks === 'numbers'
  const run: DecoderRun = {
    layers,
    options,
    forward,
    sizes,
    gaps: model.gaps,
    prefixes: prefixesOf(pass, dtype),
    behindPrefixes: [],
    tables,
    scales,
    bias: isBiased && !isWrittenOut ? masks.full : undefined,
    chosen: alibi?.everyPosition ? masks.full : undefined,
    mask: alibi?.everyPosition ? distances?.scaled : isWrittenOut ? (masks.full ?? masks.windowed) : undefined,
    states,
    left: pass.left,
    original,
    layerInputs: forLayers?.joined,
    sharedKeys,
    carried: { chosen: undefined, next: undefined },
    routers: routersOf(model, pass),
    named: [],
    attentionWeights: [],
  }
  const owned = [
    ...shared,
    ...present(scales),
    ...places,
    ...present(distances?.mask),
    ...present(original),
    ...present(forLayers?.joined),
    ...present(masks.full),
    ...present(masks.windowed),
  ]
  return { run, masks, places, shared, tablesIn: (layer) => (sizes.isWindowed(layer) ? windowTables : tables), owned }
}

function routersOf({ omitted }: DecoderModel, { layers, options, forward }: DecoderPass): RouterOutputs | undefined {
  const { routerLogits = 'no' } = options
  if (routerLogits === 'no' || !forward.routerLogits) return undefined
  return new RouterOutputs(layers.ops.tape, forward.routerLogits.from, omitted)
}

/** The masks, positions and tables that a layer is called with. A checkpointed layer keeps them. */
function givenTo(
  { layers }: DecoderModel,
  { forward: { rotation, alibi, residual }, sizes }: DecoderPass,
  { positions, seen }: Inputs,
  { run, masks, places, shared, tablesIn }: Common,
): (index: number) => readonly Tensor[] {
  const mixed = new Set(layers.filter((layer) => mixerOf(run, layer)).map(({ index }) => index))
  const isShared = residual.order === 'shared'
  const isBeside = residual.order === 'sequential' && residual.besideMixer
  const maskOf = (index: number) =>
    mixed.has(index) && !isShared && !isBeside
      ? []
      : present(!alibi && sizes.isWindowed(index) ? masks.windowed : masks.full)
  const placed = (index: number) => {
    // Zamba2 gives its layers no positions.
    if (residual.order === 'shared') return [...tablesOf(run.tables), ...(residual.givesPlaces ? positions : [])]
    const { receivers = 'all', rotatesIn } = rotation ?? {}
    if (receivers !== 'all' && mixed.has(index)) return positions
    if (receivers === 'rotated' && !rotatesIn?.(index)) return [...positions, ...present(run.scales)]
    if (rotation?.tables === 'two') return [...positions, ...tablesOf(tablesIn(index))]
    // Layers get the row of the first axis.
    const isGiven = rotation?.axes === 'inTable' && !rotation.hidesPositions
    const onAxes = isGiven || rotation?.givesPlaces ? places : []
    const known = rotation?.hidesPositions ? tablesOf(tablesIn(index)) : shared
    return [...known, ...onAxes, ...present(rotation ? undefined : run.scales), ...(seen?.given ?? [])]
  }
  return (index) => [...maskOf(index), ...placed(index)]
}

/**
 * In a prefill, layers that take keys and values of others compute the last token alone, as nothing reads what they make of the others
 * (`_maybe_slice_kv_shared_inputs` of Gemma 4). It does not where logits of routers are recorded.
 */
function cutAt({ head }: DecoderModel, { options, forward }: DecoderPass, layer: number): Partial<DecoderRun> {
  const { keySharing } = forward.attention
  const computesAll = keySharing?.computesAll || options.routerLogits === 'kept'
  const isCut =
    options.cache && head && !computesAll && keySharing?.in === 'variable' && keySharing.taken[layer] !== undefined
  return isCut ? { options: { ...options, sequence: 1 } } : {}
}

/** The input of the first layer. */
function firstInput({ base, forward, layers: { ops } }: DecoderPass, run: DecoderRun, embedded: Tensor): Tensor {
  const first = submodule(base, forward.embedding === 'normalised' ? 'lastNorm' : 'embeddingNorm')
  if (first) return norm(run, first, embedded)
  const isScaled = forward.embedding === 'scaledForFirstLayer'
  if (isDropped(run, 'embeddings')) return ops.dropout(embedded)
  return isScaled ? ops.scale(embedded) : ops.tape.alias(embedded)
}

function present(tensor: Tensor | undefined): Tensor[] {
  return tensor ? [tensor] : []
}
