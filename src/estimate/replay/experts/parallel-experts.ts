import { softmax } from '../attention/softmax.js'
import type { DecoderRun } from '../decoder-run.js'
import { activate } from '../feed-forward/activations.js'
import { child, type Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { UndescribedBlock } from '../undescribed-block.js'
import { rowsOf } from './expert-dispatch.js'
import { largest } from './router-operations.js'
import type { Choice } from './routes.js'

/**
 * Experts with one parameter for each projection, which holds the matrices of all experts. Rows are sorted by expert and pass
 * the first projection of all experts, then the activation function, then the second projection (GraniteMoE). The caller keeps
 * the input.
 */
export function parallelExperts(run: DecoderRun, block: Named, input: Tensor): Tensor {
  const { layers, attentionWeights } = run
  const { ops, tokens } = layers
  const { tape } = ops
  const routed = child(block, 'input_linear')?.module.routed
  if (!routed) throw new UndescribedBlock(`no model for the experts of ${block.name}`)
  const choice: Choice = { experts: routed.experts, chosen: routed.expertsPerToken }
  const rows = tokens * choice.chosen
  const narrow = layers.linear(`${block.name}.router.layer`, input, choice.experts)
  const logits = ops.to(narrow, 'float32')
  tape.free(narrow)
  const { values, indices } = largest(layers, logits, choice.chosen)
  const shares = softmax(layers, values)
  const gates = ops.to(shares, input.dtype)
  tape.free(shares)
  const order = tape.tensor(rows, 'int64', 'sort')
  const origins = tape.tensor(rows, 'int64', 'div_mode')
  const sorted = ops.index(gates, rows, order)
  tape.free(values, indices, gates)
  const own = ops.index(input, (input.elements / tokens) * rows, origins)
  const both = projected(run, block, 'input_linear', own, choice)
  const [gate = both, up = both] = ops.split(both, [both.elements / 2, both.elements / 2])
  const opened = activate(run, gate)
  const product = ops.mul(opened, up)
  tape.free(opened)
  const made = projected(run, block, 'output_linear', product, choice)
  const weighted = ops.mul(made, sorted)
  tape.free(made)
  const zeros = tape.tensor(input.elements, weighted.dtype, 'zeros')
  const output = tape.record(
    [weighted],
    { before: [origins, weighted] },
    () => tape.tensor(input.elements, weighted.dtype, 'index_add'),
    () => [ops.gradient(weighted.elements, weighted.dtype, 'index_select')],
  )
  tape.free(order, origins, sorted, own, both, gate, up, product, weighted, zeros)
  attentionWeights.push(logits)
  return output
}

/** One projection of all experts, each on its own rows. The results are concatenated. */
function projected(run: DecoderRun, block: Named, name: string, input: Tensor, choice: Choice): Tensor {
  const { layers } = run
  const { ops, tokens } = layers
  const { tape } = ops
  const weight = layers.weights.get(`${block.name}.${name}.weight`)
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
