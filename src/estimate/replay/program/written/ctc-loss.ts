import type { CtcLoss } from '../../../../architecture/index.js'
import { contiguous } from '../../arrays/layout.js'
import type { Shaped } from '../../arrays/shaped.js'
import { DTYPE_BYTES } from '../../dtype.js'
import type { WrittenRun } from './written-run.js'

/**
 * The loss of `Wav2Vec2ForCTC.forward` (transformers 4.57.6), which turns cuDNN off. torch's own kernel keeps the forward variables of each label
 * and of the blanks around them, and makes as many in backward (torch 2.11, LossCTC.cu).
 */
export function ctcLoss(run: WrittenRun, { samples, steps, labels, isMean, dropsInfinite }: CtcLoss): Shaped {
  const { arrays: a, names: f, batch, given } = run
  const { tape } = a
  const [length = 1] = run.shape(steps)
  const [characters = 1] = run.shape(labels)
  const logits = given('result', [batch, length, -1])
  f.let('ones', a.make([batch, ...run.shape(samples)], 'int64', 'ones_like'))
  f.let('lengths', a.make([batch], 'int64', 'to'))
  f.let('mask', a.make([batch, characters], 'bool', 'ge'))
  f.let('counts', a.make([batch], 'int64', 'sum'))
  f.let('targets', a.make([batch * characters], 'int64', 'masked_select'))
  const likely = f.let('likely', a.logSoftmax(logits))
  const variables = batch * length * (2 * characters + 1)
  const alpha = tape.tensor(variables, 'float32', 'ctc_loss')
  const losses = tape.record(
    [likely],
    { before: [likely, f.get('targets')], after: (output) => [output.storage, alpha.storage] },
    () => tape.tensor(batch, 'float32', 'ctc_loss'),
    () => {
      const beta = tape.ledger.allocate(variables * DTYPE_BYTES.float32)
      const made = tape.ledger.allocate(likely.elements * DTYPE_BYTES.float32)
      tape.ledger.observe('ctc_loss_backward')
      tape.ledger.release(beta)
      return [made]
    },
  )
  tape.free(alpha)
  f.let('losses', { ...losses, layout: contiguous([batch]), isNamed: false })
  if (dropsInfinite) f.let('losses', a.unary(f.get('losses'), 'where', 'input'))
  if (isMean) f.let('losses', a.divide(f.get('losses'), a.make([batch], 'int64', 'clamp')))
  return f.returned(a.sum(f.get('losses'), [0]))
}
