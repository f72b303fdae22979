import type { Architecture, Module, Program } from '../../architecture/index.js'
import type { Sense } from '../../architecture/sense.js'
import { type CompleteForwardPass, completeForwardPass } from './complete-forward-pass.js'
import { Decoder } from './decoder/decoder.js'
import type { DecoderModel } from './decoder-model.js'
import type { StepOptions } from './decoder-run.js'
import type { ComputeDtype } from './dtype.js'
import { foldExperts } from './folding/folded-experts.js'
import { foldLayers } from './folding/folded-layers.js'
import type { LeftOut } from './folding/repeated-layers.js'
import type { Layers } from './layers.js'
import { labelBytes, labelHead } from './loss/label-head.js'
import type { ModelPass } from './model-pass.js'
import { modelSizes } from './model-sizes.js'
import { foldProgram } from './program/fold-program.js'
import { moduleFacts } from './program/module-facts.js'
import { type BatchSizes, countOf } from './program/place.js'
import { buffersOf, programBuffers } from './program/program-buffers.js'
import { ProgramPass } from './program/program-pass.js'
import { bufferBytes } from './step/buffers.js'
import { baseOf, child, headOf, layersOf, type NamedLayer } from './submodules.js'
import { UndescribedBlock } from './undescribed-block.js'

/** A model with everything that a replay needs, computed once. */
export interface ReplayModel {
  /** The modules to replay, with only a few of many identical layers. */
  readonly architecture: Architecture
  /** How many layers like a layer, or experts like an expert, are not replayed, by its name. */
  readonly omitted: ReadonlyMap<string, number>
  /** Where layers are left out. */
  readonly leftOut: LeftOut
  /** The layers to replay. */
  readonly layers: readonly NamedLayer[]
  /** How linear layers compute. */
  readonly linear: CompleteForwardPass['linear']
  /** The activation function of its feed-forward networks. */
  readonly activation: string | undefined
  /** The blocks that layers have in the place of attention. */
  readonly mixers: CompleteForwardPass['mixers']
  /** What a forward pass without gradients ends with. */
  readonly ends: 'logits of the last tokens' | 'labels' | 'vectors' | 'hidden states' | 'output'
  /** The same model with only a few of the experts that get as many of so many tokens. */
  readonly forTokens: (tokens: number, isSelective?: boolean) => ReplayModel
  /** The same model with one output for each token in place of the vocabulary, as a reward or value model has it. */
  readonly withScore: () => ReplayModel
  /** What it makes of images and sound. */
  readonly senses: readonly Sense[]
  /** One forward pass. */
  readonly pass: (layers: Layers, options: StepOptions) => ModelPass
  /** The bytes of the inputs of a step, and of the buffers of modules. */
  readonly buffers: (sizes: BatchSizes, dtype: ComputeDtype, trains: boolean) => number
}

/** What of a model is replayed only once. */
export interface Folding {
  /** How identical layers are left out. */
  readonly layers: typeof foldLayers
  /** What tells layers apart beside their modules. */
  readonly kindOf?: (layer: NamedLayer) => string
  /** Whether identical experts are left out. */
  readonly experts: boolean
  /** Whether iterations of loops within a layer are left out. Default: yes. */
  readonly loops?: boolean
  /** Whether identical layers of a program are left out. Default: yes. */
  readonly programs?: boolean
}

/**
 * Prepares a model for replays.
 *
 * @param folding - what is left out
 * @throws UndescribedBlock for a model without a forward-pass model, or one that is not a stack of decoder layers
 */
export function replayModel(
  whole: Architecture,
  folding: Folding = { layers: foldLayers, experts: true },
  senses: readonly Sense[] = [],
): ReplayModel {
  return whole.program ? ofProgram(whole, whole.program, folding) : ofDecoder(decoderModel(whole, folding, senses))
}

function ofDecoder(model: DecoderModel): ReplayModel {
  const folded = new Map<string, ReplayModel>()
  const { architecture, omitted, leftOut, layers, forward, head, labels, vectors, senses } = model
  return {
    architecture,
    omitted,
    leftOut,
    layers,
    linear: forward.linear,
    activation: forward.feedForward.activation,
    mixers: forward.mixers,
    ends: labels ? 'labels' : vectors ? 'vectors' : head ? 'logits of the last tokens' : 'hidden states',
    forTokens: (tokens, isSelective = false) => {
      const key = `${tokens} ${isSelective}`
      const made = folded.get(key) ?? ofDecoder(foldExperts(model, tokens, isSelective))
      folded.set(key, made)
      return made
    },
    withScore: () => ofDecoder(scored(model)),
    pass: (runs, options) => new Decoder(model, runs, options),
    buffers: (sizes, dtype, trains) =>
      bufferBytes(model, sizes, dtype, trains) +
      (labels && trains ? labelBytes(labels, sizes.batch, dtype) : 0) +
      senses.reduce((sum, sense) => sum + buffersOf(sense.buffers, (count) => countOf(sizes, count), dtype), 0),
    senses,
  }
}

function decoderModel(
  whole: Architecture,
  { layers: fold, kindOf, experts, loops = true }: Folding,
  senses: readonly Sense[],
): DecoderModel {
  if (!whole.forward) throw new UndescribedBlock(`${whole.family} has no forward pass`)
  if (whole.forward.undescribed) throw new UndescribedBlock(whole.forward.undescribed)
  const { needsImages } = whole.forward
  if (needsImages && senses.length === 0) throw new UndescribedBlock(needsImages)
  const forward = completeForwardPass(whole.forward, whole.dimensions)
  const sizes = modelSizes(whole.dimensions, forward)
  const { architecture, omitted, leftOut } = fold(whole, forward, sizes, kindOf)
  const base = baseOf(architecture)
  if (!base) throw new UndescribedBlock(`${architecture.className} is not a stack of decoder layers`)
  const head = headOf(architecture)
  const facts = senses.length > 0 ? moduleFacts(architecture) : undefined
  const vectors = forward.vectors && child({ name: '', module: architecture.root }, forward.vectors.module)
  const labels = labelHead(architecture)
  const parts = { architecture, base, layers: layersOf(base), head, labels, vectors, senses, facts }
  return { ...parts, omitted, leftOut, gaps: new Map(), foldsExperts: experts, foldsLoops: loops, forward, sizes }
}

/** The same modules with a score in place of the output embedding. */
function scored(model: DecoderModel): DecoderModel {
  const { architecture, head } = model
  const { hiddenSize } = architecture.dimensions
  const kept = Object.entries(architecture.root.children ?? {}).filter(([name]) => name !== head?.name)
  const score: Module = {
    type: 'Linear',
    parameters: { weight: [1, hiddenSize] },
    linear: { inFeatures: hiddenSize, outFeatures: 1, stored: 'Linear' },
  }
  const root = { ...architecture.root, children: { ...Object.fromEntries(kept), score } }
  const base = baseOf({ root }) ?? model.base
  return {
    ...model,
    architecture: { ...architecture, root },
    base,
    layers: layersOf(base),
    head: undefined,
    labels: undefined,
    score: 'score',
  }
}

function ofProgram(
  whole: Architecture,
  program: Program,
  { programs = true, kindOf }: Pick<Folding, 'programs' | 'kindOf'>,
): ReplayModel {
  const { architecture, omitted, leftOut } = programs
    ? foldProgram(whole, program, kindOf)
    : { architecture: whole, omitted: new Map(), leftOut: new Map() }
  const facts = { ...moduleFacts(architecture), omitted, leftOut }
  const { className } = architecture
  const model: ReplayModel = {
    architecture,
    omitted,
    leftOut,
    layers: facts.layers,
    linear: 'kernel',
    activation: undefined,
    mixers: {},
    ends: 'output',
    forTokens: () => model,
    withScore: () => {
      throw new UndescribedBlock(`no model of a score for ${className}`)
    },
    pass: (layers, options) => new ProgramPass({ program, facts, className }, layers, options),
    senses: [],
    buffers: (sizes, dtype, trains) => programBuffers(program, (count) => countOf(sizes, count), dtype, trains),
  }
  return model
}
