import { withTargets } from '../adapters/targeted-parameters.js'
import type { DecoderRun } from '../decoder-run.js'
import { activate } from '../feed-forward/activations.js'
import { child, type Named } from '../submodules.js'
import type { Tensor } from '../tape.js'
import { scattered } from './router-operations.js'
import type { Choice } from './routes.js'

/**
 * Experts that all compute every token in one batched product (Llama 4). The inputs are weighted by a sigmoid, which is 0 for
 * tokens of other experts. The result is added to the output of the shared expert in place. The caller keeps the input.
 */
export function batchedExperts(
  run: DecoderRun,
  block: Named,
  input: Tensor,
  choice: Choice,
  shared: (input: Tensor) => Tensor | undefined,
): Tensor {
  const { layers, attentionWeights } = run
  const { ops } = layers
  const { tape } = ops
  if (layers.weights.adapter(`${block.name}.router`))
    throw new RangeError(
      `an adapter on ${block.name}.router stops the forward pass, since this router returns two tensors and PEFT expects one: name layers other than \`router\` in \`targetModules\``,
    )
  const tokens = ops.view(input)
  const logits = layers.linear(`${block.name}.router`, tokens, choice.experts)
  run.routers?.keep(logits, choice)
  const found = scattered(layers, logits, choice.chosen)
  const wide = ops.to(found, 'float32')
  const open = ops.elementwise(wide, 'sigmoid', 'output')
  tape.free(wide)
  const scores = ops.to(open, found.dtype)
  tape.free(open, found)
  const copies = repeated(run, tokens, choice.experts)
  const shares = ops.reordered(scores)
  const rows = ops.mul(copies, shares)
  tape.free(copies, shares)
  const made = withTargets(layers, `${block.name}.experts`, () => computed(run, `${block.name}.experts`, rows))
  const beside = shared(tokens)
  const sum = summed(run, made, input.elements)
  const output = beside ? addedInPlace(run, beside, sum) : tape.alias(sum)
  tape.free(tokens, scores, rows, made, sum, ...(beside ? [beside] : []))
  attentionWeights.push(logits)
  return output
}

/** `down(up(x) * act(gate(x)))` for all experts at once. */
function computed(run: DecoderRun, name: string, rows: Tensor): Tensor {
  const { layers } = run
  const { ops } = layers
  const { tape } = ops
  const both = layers.batched(rows, layers.weights.get(`${name}.gate_up_proj`))
  const [gate = both, up = both] = ops.split(both, [both.elements / 2, both.elements / 2])
  const opened = activate(run, gate)
  const product = ops.mul(up, opened)
  tape.free(opened)
  const output = layers.batched(product, layers.weights.get(`${name}.down_proj`))
  tape.free(product, both, gate, up)
  return output
}

/** All tokens, repeated for each expert. The gradient is summed over the experts. */
function repeated({ layers: { ops } }: DecoderRun, input: Tensor, experts: number): Tensor {
  return ops.tape.record(
    [input],
    {},
    () => ops.tape.tensor(input.elements * experts, input.dtype, 'repeat'),
    () => [ops.gradient(input.elements, input.dtype, 'sum')],
  )
}

/** The sum over experts. Its gradient is copied for each of them. */
function summed({ layers: { ops } }: DecoderRun, rows: Tensor, elements: number): Tensor {
  return ops.tape.record(
    [rows],
    {},
    () => ops.tape.tensor(elements, rows.dtype, 'sum'),
    () => [ops.gradient(rows.elements, rows.dtype, 'clone')],
  )
}

function addedInPlace({ layers: { ops } }: DecoderRun, into: Tensor, other: Tensor): Tensor {
  const { ledger } = ops.tape
  return ops.tape.record(
    [into, other],
    {},
    () => ({ ...ops.tape.alias(into) }),
    (gradient) => [into.grad && ledger.retain(gradient), other.grad && ledger.retain(gradient)],
  )
}

/** Whether a mixture is of this kind: all experts in one tensor, and a linear layer as router. */
export function isBatched(block: Named): boolean {
  const experts = child(block, 'experts')?.module.parameters ?? {}
  return (
    'gate_up_proj' in experts &&
    !('gate_up_proj_bias' in experts) &&
    child(block, 'router')?.module.linear !== undefined
  )
}
