import type { Architecture } from '../../architecture/index.js'
import type { DraftOptions, Engine } from './options.js'
import { shareOf } from './weights/share.js'
import { weightGroups } from './weights/weight-groups.js'
import type { WeightLayout } from './weights/weight-layout.js'
import type { WeightStorage } from './weights/weight-storage.js'

/** Tokens that a draft proposes at a time, where the option does not say. */
export function draftTokens({ kind, tokens }: DraftOptions): number {
  return tokens ?? (kind === 'mtp' ? 1 : 3)
}

/** Whether a draft has weights of its own. */
export function hasDraftLayer(draft: DraftOptions | undefined): boolean {
  return draft !== undefined && draft.kind !== 'ngram'
}

/**
 * Refuses drafts that an engine does not have.
 *
 * @throws RangeError for them
 */
export function checkDraft(draft: DraftOptions | undefined, engine: Engine): void {
  if (draft && !(DRAFTS[engine] ?? ALL).has(draft.kind))
    throw new RangeError(
      `\`draft\`: ${engine} has ${[...(DRAFTS[engine] ?? ALL)].map((kind) => `"${kind}"`).join(', ')}, not "${draft.kind}"`,
    )
}

const ALL: ReadonlySet<DraftOptions['kind']> = new Set(['ngram', 'mtp', 'eagle', 'eagle3'])
const N_GRAMS: ReadonlySet<DraftOptions['kind']> = new Set(['ngram'])

/** Engines without layers that draft. llama.cpp and transformers take a second model, TGI has Medusa's heads: none is described here. */
const DRAFTS: Readonly<Partial<Record<Engine, ReadonlySet<DraftOptions['kind']>>>> = {
  transformers: N_GRAMS,
  'llama.cpp': N_GRAMS,
  tgi: N_GRAMS,
}

/**
 * Bytes on one GPU of a draft layer. It shares the embeddings with the model (`_maybe_share_embeddings` and `_maybe_share_lm_head` in
 * vllm/v1/spec_decode/llm_base_proposer.py of 0.33, eagle.py of 0.12), and MTP and EAGLE the head too.
 *
 * - MTP (DeepSeek-V3, arXiv:2412.19437): a decoder layer like the last, stored like it, and a projection of two hidden states, in 16 bits
 *   and whole on every GPU (models/deepseek_mtp.py)
 * - EAGLE (arXiv:2401.15077): a dense layer in 16 bits, and the same projection (models/llama_eagle.py)
 * - EAGLE-3 (arXiv:2503.01840): a projection of three hidden states, queries, keys and values of two, and a head of its own for the 32,000
 *   most frequent tokens of the published drafts (models/llama_eagle3.py)
 */
export function draftBytes(
  model: Architecture,
  { kind }: DraftOptions,
  storage: WeightStorage,
  layout: WeightLayout,
): number {
  if (kind === 'ngram') return 0
  const { hiddenSize } = model.dimensions
  if (kind === 'mtp') return Math.ceil(2 * 2 * hiddenSize ** 2 + lastLayerBytes(model, storage, layout))
  const projection = (kind === 'eagle3' ? 3 : 2) * hiddenSize ** 2
  const head = kind === 'eagle3' ? DRAFT_VOCABULARY * hiddenSize : 0
  return Math.ceil(2 * (projection + (denseLayer(model, kind === 'eagle3' ? 2 : 1) + head) / layout.tensor))
}

const DRAFT_VOCABULARY = 32_000

function lastLayerBytes(model: Architecture, storage: WeightStorage, layout: WeightLayout): number {
  const last = model.dimensions.layers - 1
  return weightGroups(model).reduce((sum, group) => {
    if (!group.layers?.includes(last)) return sum
    const inLayer = group.count / group.layers.length
    return sum + ((group.elements * storage.bitsOf(group)) / 8) * inLayer * shareOf(group, layout, model)
  }, 0)
}

/** Elements of a layer of Llama with the sizes of the model; the experts that a token meets count as its feed-forward network. */
function denseLayer({ dimensions }: Architecture, inputs: number): number {
  const { hiddenSize, heads, kvHeads, headDim = hiddenSize / Math.max(heads, 1), ffnHiddenSize, moe } = dimensions
  const met = (moe?.expertFfnSize ?? 0) * (moe?.expertsPerToken ?? 0)
  const ffn = ffnHiddenSize > 0 ? ffnHiddenSize : met
  return hiddenSize * (inputs * (heads + 2 * kvHeads) * headDim + heads * headDim + 3 * ffn)
}

/** What is assumed about a draft. */
export function draftNotes(draft: DraftOptions | undefined, storage: WeightStorage): string[] {
  switch (draft?.kind) {
    case undefined:
      return []
    case 'ngram':
      return ['n-grams of the prompt need no memory on the GPU']
    case 'mtp':
      return [
        `the draft is one more layer like the last, in ${storage.precision}, and a projection; whether the checkpoint has such a layer is not checked`,
      ]
    default:
      return [
        `the draft is a dense layer with the sizes of the model, in 16 bits, and a projection${draft?.kind === 'eagle3' ? '; its head has 32,000 tokens' : ''}`,
      ]
  }
}
