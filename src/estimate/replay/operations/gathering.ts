import type { Tensor } from '../tape.js'
import { Rearranging } from './rearranging.js'

/** Operations by index: rows looked up, selected and added. The second third of {@link Operations}. */
export class Gathering extends Rearranging {
  /** Rows of a table. Saves the indices. The gradient of the table is as large as the table. */
  embedding(table: Tensor, elements: number, indices?: Tensor): Tensor {
    return this.tape.record(
      [table],
      { before: indices ? [indices] : [] },
      () => this.tape.tensor(elements, table.dtype, 'embedding'),
      () => [this.gradient(table.elements, table.dtype, 'embedding_dense_backward')],
    )
  }

  /** Selected rows. Their gradient goes into zeros as large as the whole, twice, because `index_put` works on a copy. */
  index(input: Tensor, elements: number, indices: Tensor): Tensor {
    return this.tape.record(
      [input],
      { before: [indices] },
      () => this.tape.tensor(elements, input.dtype, 'index'),
      () => {
        const zeros = this.gradient(input.elements, input.dtype, 'new_zeros')
        const made = this.gradient(input.elements, input.dtype, 'index_put')
        this.tape.ledger.release(zeros)
        return [made]
      },
    )
  }

  /** Adds rows to a tensor in place. The gradient of the rows is selected from that of the whole. */
  indexAdd(into: Tensor, rows: Tensor, indices: Tensor): Tensor {
    return this.tape.record(
      [into, rows],
      { before: [indices, rows] },
      () => ({ ...this.tape.alias(into) }),
      (gradient) => [
        into.grad && this.tape.ledger.retain(gradient),
        rows.grad && this.gradient(rows.elements, rows.dtype, 'index_select'),
      ],
    )
  }
}
