import type { OutputGate } from '../../../architecture/index.js'
import type { DecoderRun } from '../decoder-run.js'
import { child, type Named, outFeatures } from '../submodules.js'
import type { Tensor } from '../tape.js'

/** The gate of a layer's output, projected when its turn has come. The caller keeps the input and owns the gate. */
export function gateAt(
  { layers, forward }: DecoderRun,
  block: Named,
  input: Tensor,
  turn: OutputGate['projected'],
): Tensor[] {
  const { outputGate } = forward.attention
  const layer = outputGate?.projected === turn ? child(block, outputGate.layer) : undefined
  return layer ? [layers.linear(layer.name, input, outFeatures(layer))] : []
}

/** The output of attention through its gate, if it has one. Frees the output; the caller keeps the input. */
export function throughGate(run: DecoderRun, block: Named, input: Tensor, output: Tensor, gates: Tensor[]): Tensor {
  const { outputGate } = run.forward.attention
  gates.push(...gateAt(run, block, input, 'behind'))
  const [gate] = gates
  if (!outputGate || !gate) return output
  const { ops, weights } = run.layers
  const { tape } = ops
  if (outputGate.bias !== undefined) {
    gates[0] = ops.add(gate, weights.get(`${block.name}.${outputGate.bias}`))
    tape.free(gate)
  }
  const share = OPENED[outputGate.opens](run, gates[0] ?? gate)
  const product = ops.mul(output, share)
  tape.free(share, output)
  return product
}

const OPENED: Readonly<Record<OutputGate['opens'], (run: DecoderRun, gate: Tensor) => Tensor>> = {
  sigmoid: ({ layers: { ops } }, gate) => ops.elementwise(gate, 'sigmoid', 'output'),
  softplus: ({ layers: { ops } }, gate) => {
    const wide = ops.to(gate, 'float32')
    const bent = ops.elementwise(wide, 'softplus')
    const share = ops.to(bent, gate.dtype)
    ops.tape.free(wide, bent)
    return share
  },
}
