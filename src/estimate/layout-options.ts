import { boolean, integer, type OptionTable } from '../options/index.js'

/** Ranks of model parallelism, in addition to those that share data. */
export interface LayoutOptions {
  /** Ranks that share each matrix. Default: 1. */
  readonly tensor?: number
  /**
   * Whether tensor-parallel ranks have shares of each sequence between blocks, and of the vocabulary in the loss, as in
   * NeMo Automodel with `sequence_parallel`. Default: no, as in transformers, where all have the whole.
   */
  readonly sequenceParallel?: boolean
  /** Stages of consecutive layers. Default: 1. */
  readonly pipeline?: number
  /** Ranks that share each sequence. Default: 1. */
  readonly context?: number
  /** Ranks of `sharding` that share the experts of each layer. Default: 1. */
  readonly expert?: number
}

const DEGREE = integer(1, 1_000_000)

/** The checks for the options of a layout. */
export const LAYOUT_OPTIONS: OptionTable<LayoutOptions> = {
  tensor: DEGREE,
  sequenceParallel: boolean,
  pipeline: DEGREE,
  context: DEGREE,
  expert: DEGREE,
}

/** A layout with every default filled in. */
export function checkLayout({
  tensor = 1,
  sequenceParallel = false,
  pipeline = 1,
  context = 1,
  expert = 1,
}: LayoutOptions): Required<LayoutOptions> {
  return { tensor, sequenceParallel, pipeline, context, expert }
}

/** The ranks of model parallelism. */
export function ranksOf({ tensor, pipeline, context, expert }: Required<LayoutOptions>): number {
  return tensor * pipeline * context * expert
}
