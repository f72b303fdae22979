import { withTargets } from '../adapters/targeted-parameters.js'
import { softmax } from '../attention/softmax.js'
import type { DecoderRun } from '../decoder-run.js'
import { activate } from '../feed-forward/activations.js'
import type { Layers } from '../layers.js'
import { child, type Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'
import { rowsOf } from './expert-dispatch.js'
import { largest } from './router-operations.js'
import type { Choice } from './routes.js'

/** Where the rows of experts go. The holder owns all of them. */
export interface ParallelRoutes {
  /** The rows in the order of their experts, and the token of each. */
  readonly order: Tensor
  readonly origins: Tensor
  /** The share of each row, in that order. */
  readonly shares: Tensor
  readonly logits: Tensor
}

/**
 * Experts with one parameter for each projection, which holds the matrices of all experts. Rows are sorted by expert and pass
 * the first projection of all experts, then the activation function, then the second projection (GraniteMoE); a bias comes last if there
 * is one (JetMoE). The caller keeps the input.
 */
export function parallelExperts(run: DecoderRun, block: Named, input: Tensor): Tensor {
  const { layers, attentionWeights } = run
  const { ops } = layers
  const { tape } = ops
  const choice = choiceOf(block)
  const { order, origins, shares, logits } = parallelRoutes(run, block, input)
  run.routers?.keep(logits, choice)
  const own = ops.index(input, input.elements * choice.chosen, origins)
  const both = projected(run, block, 'input_linear', own)
  const [gate = both, up = both] = ops.split(both, [both.elements / 2, both.elements / 2])
  const opened = activate(run, gate)
  const product = ops.mul(opened, up)
  tape.free(opened)
  const made = projected(run, block, 'output_linear', product)
  const output = weightedSum(run, block, { rows: made, shares, origins })
  tape.free(order, origins, shares, own, both, gate, up, product)
  attentionWeights.push(logits)
  return output
}

/** The experts of a block, and how many of them a token has. */
export function choiceOf(block: Named): Choice {
  const routed = child(block, 'input_linear')?.module.routed
  if (!routed) throw new UndescribedBlock(`no model for the experts of ${block.name}`)
  return { experts: routed.experts, chosen: routed.expertsPerToken }
}

/** Runs the router. The caller keeps the input. */
export function parallelRoutes({ layers }: DecoderRun, block: Named, input: Tensor): ParallelRoutes {
  const { ops, tokens } = layers
  const { tape } = ops
  const choice = choiceOf(block)
  const rows = tokens * choice.chosen
  const narrow = layers.linear(`${block.name}.router.layer`, input, choice.experts)
  const logits = ops.to(narrow, 'float32')
  tape.free(narrow)
  const { values, indices } = largest(layers, logits, choice.chosen)
  const soft = softmax(layers, values)
  const gates = ops.to(soft, input.dtype)
  tape.free(soft)
  const order = tape.tensor(rows, 'int64', 'sort')
  const origins = tape.tensor(rows, 'int64', 'div_mode')
  const shares = ops.index(gates, rows, order)
  tape.free(values, indices, gates)
  return { order, origins, shares, logits }
}

/** Rows of experts, multiplied by their shares and added up for each token, with the bias if there is one. Frees the rows. */
export function weightedSum(
  { layers }: DecoderRun,
  block: Named,
  { rows, shares, origins }: Pick<ParallelRoutes, 'shares' | 'origins'> & { readonly rows: Tensor },
): Tensor {
  const { ops, tokens } = layers
  const { tape } = ops
  const weighted = ops.mul(rows, shares)
  tape.free(rows)
  const elements = (weighted.elements / shares.elements) * tokens
  const { sum, zeros } = intoZeros(layers, weighted, origins, elements)
  const bias = layers.weights.find(`${block.name}.bias`)
  const output = bias ? ops.add(sum, bias) : tape.alias(sum)
  tape.free(sum, zeros, weighted)
  return output
}

/** Rows that are added to those of new zeros, in a copy (`index_add`). */
export function intoZeros(
  { ops }: Layers,
  rows: Tensor,
  places: Tensor,
  elements: number,
): { readonly sum: Tensor; readonly zeros: Tensor } {
  const { tape } = ops
  const { dtype } = rows
  const zeros = tape.tensor(elements, dtype, 'zeros')
  const sum = tape.record(
    [rows],
    { before: [places, rows] },
    () => tape.tensor(elements, dtype, 'index_add'),
    () => [ops.gradient(rows.elements, dtype, 'index_select')],
  )
  return { sum, zeros }
}

/** One projection of all experts, each on its own rows. The results are concatenated. The caller keeps the input. */
export function projected({ layers }: DecoderRun, block: Named, name: string, input: Tensor): Tensor {
  const module = `${block.name}.${name}`
  return withTargets(layers, module, () => throughParts(layers, module, choiceOf(block), input))
}

function throughParts(layers: Layers, module: string, choice: Choice, input: Tensor): Tensor {
  const { ops, tokens } = layers
  const { tape } = ops
  const weight = layers.weights.get(`${module}.weight`)
  const [, outFeatures, inFeatures] = layers.weights.shape(weight)
  const counts = rowsOf(tokens, choice)
  const parts = ops.split(
    input,
    counts.map((count) => count * inFeatures),
  )
  const outputs = parts.map((part) => {
    const matrix = ops.slice(weight, outFeatures * inFeatures)
    const [left, right] = [layers.castForAutocast(part, layers.half), layers.castForAutocast(matrix, layers.half)]
    const output = layers.product(left, right, outFeatures, false)
    tape.free(matrix, left, right)
    return output
  })
  const together = ops.cat(outputs)
  tape.free(...parts, ...outputs)
  return together
}
