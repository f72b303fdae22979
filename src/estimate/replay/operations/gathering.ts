import { type ComputeDtype, DTYPE_BYTES } from '../dtype.js'
import { embeddingBackwardBytes } from '../kernel-memory/embedding-backward.js'
import type { Storage } from '../memory-ledger.js'
import type { Tensor } from '../tape.js'
import { Rearranging } from './rearranging.js'

/** Operations by index: rows looked up, selected and added. The second part of {@link Operations}. */
export class Gathering extends Rearranging {
  /** Rows of a table. Saves the indices. The gradient of the table is as large as the table. */
  embedding(table: Tensor, elements: number, indices?: Tensor): Tensor {
    return this.tape.record(
      [table],
      { before: indices ? [indices] : [], castsWithin: true },
      () => this.tape.tensor(elements, table.dtype, 'embedding'),
      () => {
        // The rows of the table are known where its shape is.
        const [rows = 0] = table.grad?.kind === 'leaf' ? table.grad.shape : []
        const features = table.elements / rows
        const within = rows > 0 ? embeddingBackwardBytes(elements / features, rows, features) : 0
        return [this.gradient(table.elements, table.dtype, 'embedding_dense_backward', within)]
      },
    )
  }

  /**
   * Sums of so many rows of a table with a share of each (`embedding_bag`). CUDA's kernel keeps the bag of each row, the size of each bag and
   * where it begins (`EmbeddingBag.cu` of torch 2.11).
   */
  bags(table: Tensor, indices: Tensor, shares: Tensor, bags: number, elements: number): Tensor {
    const { tape } = this
    const counters = [bags, indices.elements, bags].map((size) => tape.tensor(size, 'int64', 'empty'))
    const made = tape.record(
      [table],
      { before: [indices, shares, ...counters] },
      () => tape.tensor(elements, table.dtype, '_embedding_bag'),
      () => [this.gradient(table.elements, table.dtype, '_embedding_bag_dense_backward')],
    )
    tape.free(...counters)
    return made
  }

  /** Rows added in place to those of a tensor without a gradient, by their places. Backward selects their gradients, for which autograd keeps the rows. */
  addRows(into: Tensor, rows: Tensor, places: Tensor): Tensor {
    return this.tape.record(
      [rows],
      { before: [places, rows] },
      () => this.tape.alias(into),
      () => [this.gradient(rows.elements, rows.dtype, 'index_select')],
    )
  }

  /** Rows of one of so many tables in a tensor. The gradient of that one is put into zeros as large as the whole. */
  tableRows(whole: Tensor, tables: number, indices: Tensor, elements: number): Tensor {
    return this.tape.record(
      [whole],
      { before: [indices] },
      () => this.tape.tensor(elements, whole.dtype, 'embedding'),
      () => {
        const table = this.gradient(whole.elements / tables, whole.dtype, 'embedding_dense_backward')
        const made = this.gradient(whole.elements, whole.dtype, 'select_backward')
        this.tape.ledger.release(table)
        return [made]
      },
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

  /**
   * `masked_scatter`: a copy with the elements of a source in the places of a mask. CUDA sums up the mask, and makes it contiguous
   * (`masked_scatter__cuda` in torch's `IndexKernel.cpp`).
   */
  maskedScatter(into: Tensor, mask: Tensor, source: Tensor): Tensor {
    return this.tape.record(
      [into, source],
      { before: [mask] },
      () => {
        const output = this.tape.tensor(into.elements, into.dtype, 'masked_scatter')
        this.tape.ledger.observe('masked_scatter', into.elements * (DTYPE_BYTES.int64 + DTYPE_BYTES.bool))
        return output
      },
      () => [
        into.grad && this.gradient(into.elements, into.dtype, 'masked_fill'),
        source.grad && this.selected(into.elements, source.elements, source.dtype),
      ],
    )
  }

  /** `masked_select` from vectors of a sequence, by a mask of as many elements: CUDA finds the places first, on three axes. */
  selected(elements: number, count: number, dtype: ComputeDtype): Storage {
    const mask = this.gradient(elements, 'bool', 'clone')
    const places = this.gradient(3 * count, 'int64', 'nonzero')
    this.tape.ledger.release(mask)
    const found = this.gradient(count, dtype, 'masked_select')
    this.tape.ledger.release(places)
    return found
  }

  /** Rows by a mask. Their gradient is put into zeros. */
  pick(whole: Tensor, mask: Tensor, elements: number): Tensor {
    return this.tape.record(
      [whole],
      { before: [mask] },
      () => this.tape.tensor(elements, whole.dtype, 'index'),
      () => [this.gradient(whole.elements, whole.dtype, 'new_zeros')],
    )
  }

  /** Rows put in the places of a mask, in place. The gradient of the whole is a copy with zeros there. */
  put(whole: Tensor, mask: Tensor, rows: Tensor): Tensor {
    return this.tape.record(
      [whole, rows],
      { before: [mask] },
      () => ({ ...this.tape.alias(whole) }),
      () => [
        whole.grad && this.gradient(whole.elements, whole.dtype, 'index_put'),
        rows.grad && this.gradient(rows.elements, rows.dtype, 'index'),
      ],
    )
  }

  /** A copy with rows in some places (`index_put`). The gradient of the whole is a copy with zeros there. */
  placed(whole: Tensor, rows: Tensor, places: Tensor): Tensor {
    return this.tape.record(
      [whole, rows],
      { before: [places] },
      () => this.tape.tensor(whole.elements, whole.dtype, 'index_put'),
      () => {
        const zeros = whole.grad && this.gradient(rows.elements, whole.dtype, 'zeros')
        const made = whole.grad && this.gradient(whole.elements, whole.dtype, 'index_put')
        if (zeros) this.tape.ledger.release(zeros)
        return [made, rows.grad && this.gradient(rows.elements, rows.dtype, 'index')]
      },
    )
  }

  /**
   * `torch.where` between two tensors of one size, in the wider of their dtypes. Each gradient is a copy with zeros in the places of the
   * other.
   */
  choose(one: Tensor, other: Tensor, mask: Tensor): Tensor {
    if (one.dtype !== other.dtype) {
      const wide = [this.to(one, 'float32'), this.to(other, 'float32')] as const
      const chosen = this.choose(...wide, mask)
      this.tape.free(...wide)
      return chosen
    }
    return this.tape.record(
      [one, other],
      { before: [mask] },
      () => this.tape.tensor(one.elements, one.dtype, 'where'),
      () => [one, other].map((each) => each.grad && this.gradient(each.elements, each.dtype, 'where')),
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
