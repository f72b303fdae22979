import { type Architecture, type LabelProblem, labelProblem } from '../../../architecture/index.js'
import { type ComputeDtype, DTYPE_BYTES } from '../dtype.js'
import type { Layers } from '../layers.js'
import { child, type Named, outFeatures } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { entropy, errorOfNumbers } from './loss.js'

/** What a classifier on a decoder labels: sequences by their last token, every token, or the ends of a span. */
export type Labelled = 'sequences' | 'tokens' | 'spans'

/** The head of a class that labels texts: one linear layer. */
export interface LabelHead {
  readonly name: string
  readonly labels: number
  readonly labelled: Labelled
  /** What the labels of sequences are. */
  readonly problem: LabelProblem
  /** Whether the config names a token for padding, so that the last token of each sequence is searched for. */
  readonly pads: boolean
  /** Whether keys and values are cached where nothing is trained: by default they are, though nothing follows. */
  readonly caches: boolean
}

/** The layer that labels texts; absent for a class that does not. */
export function labelLayer({ root, className }: Pick<Architecture, 'root' | 'className'>): Named | undefined {
  const layers = (kindOf(className)?.names ?? []).map((name) => child({ name: '', module: root }, name))
  return layers.find((found) => found?.module.linear)
}

/** The head of a class that labels texts; absent for every other class. */
export function labelHead(architecture: Architecture): LabelHead | undefined {
  const { className, config, forward } = architecture
  const kind = kindOf(className)
  const layer = labelLayer(architecture)
  if (!kind || !layer) return undefined
  const pads = (config?.['pad_token_id'] ?? undefined) !== undefined
  const caches = (config?.['use_cache'] ?? forward?.logits?.labelsCache) !== false
  const problem = kind.labelled === 'sequences' ? labelProblem((name) => config?.[name]) : 'one label'
  return { name: layer.name, problem, labels: outFeatures(layer), labelled: kind.labelled, pads, caches }
}

interface Kind {
  readonly labelled: Labelled
  readonly names: readonly string[]
}

function kindOf(className: string): Kind | undefined {
  return Object.entries(KINDS).find(([suffix]) => className.endsWith(suffix))?.[1]
}

const KINDS: Readonly<Record<string, Kind>> = {
  ForSequenceClassification: { labelled: 'sequences', names: ['score', 'classifier'] },
  ForTokenClassification: { labelled: 'tokens', names: ['score', 'classifier'] },
  ForQuestionAnswering: { labelled: 'spans', names: ['qa_outputs'] },
}

/** The bytes of labels that are not the tokens: a class for each sequence, or the first and last token of each span. */
export function labelBytes({ labelled, problem, labels }: LabelHead, batch: number, dtype: ComputeDtype): number {
  if (problem === 'one label') return { sequences: 1, tokens: 0, spans: 2 }[labelled] * batch * DTYPE_BYTES.int64
  return labels * batch * DTYPE_BYTES[problem === 'numbers' ? dtype : 'float32']
}

/** The logits of what is labelled, and what the code references until it returns. */
export interface Labels {
  readonly logits: Tensor
  readonly held: Tensor[]
}

/** The logits of a classifier from the last hidden states (`GenericForSequenceClassification` and its like in transformers). */
export function labelsOf(layers: Layers, head: LabelHead, hidden: Tensor, batch: number): Labels {
  const scores = layers.linear(head.name, hidden, head.labels)
  return head.labelled === 'sequences' ? lastTokens(layers, head, scores, batch) : { logits: scores, held: [] }
}

/** The logits of the last token of each sequence that is no padding. The code computes those of all tokens. */
function lastTokens({ ops, tokens }: Layers, { labels, pads }: LabelHead, scores: Tensor, batch: number): Labels {
  const { tape } = ops
  const held = [scores]
  if (pads || batch > 1) {
    const isToken = tape.tensor(tokens, 'bool', 'ne')
    held.push(tape.tensor(tokens, 'int32', '_to_copy'))
    tape.free(isToken)
    held.push(tape.tensor(tokens / batch, 'int32', 'arange'))
    const places = tape.tensor(tokens, 'int32', 'mul')
    held.push(tape.tensor(batch, 'int64', 'argmax'))
    tape.free(places)
  }
  const rows = tape.tensor(batch, 'int64', 'arange')
  const logits = ops.index(scores, batch * labels, rows)
  tape.free(rows)
  return { logits, held }
}

/** The loss of labels: a mean cross entropy, unless the config asks for another. The caller keeps the logits. */
export function labelLoss(layers: Layers, { labelled, problem }: LabelHead, logits: Tensor, isWide: boolean): Tensor {
  const { ops } = layers
  const { tape } = ops
  if (labelled === 'spans') return spanLoss(layers, logits)
  if (problem === 'numbers') return errorOfNumbers(layers, logits, 'mse_loss')
  if (problem === 'several labels') return errorOfNumbers(layers, logits, 'binary_cross_entropy_with_logits')
  const wide = labelled === 'tokens' && isWide ? ops.to(logits, 'float32') : tape.alias(logits)
  const loss = entropy(layers, wide)
  tape.free(wide)
  return loss
}

/** The mean of the cross entropies of the first and the last token of a span. */
function spanLoss(layers: Layers, logits: Tensor): Tensor {
  const { ops } = layers
  const { tape } = ops
  const half = logits.elements / 2
  const copies = ops.split(logits, [half, half]).map((part) => {
    const copy = ops.contiguous(part)
    tape.free(part)
    return copy
  })
  const losses = copies.map((copy) => entropy(layers, copy))
  const [first, last] = losses
  if (!first || !last) throw new Error('a span has two ends')
  const sum = ops.add(first, last)
  const mean = ops.scale(sum)
  tape.free(...copies, ...losses, sum)
  return mean
}
