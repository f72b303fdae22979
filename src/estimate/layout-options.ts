import { integer, type OptionTable } from '../options/index.js'

/** Ranks of model parallelism, in addition to those that share data. */
export interface LayoutOptions {
  /** Ranks that share each matrix. Default: 1. */
  readonly tensor?: number
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
  pipeline: DEGREE,
  context: DEGREE,
  expert: DEGREE,
}

/** A layout with every default filled in. */
export function checkLayout({
  tensor = 1,
  pipeline = 1,
  context = 1,
  expert = 1,
}: LayoutOptions): Required<LayoutOptions> {
  return { tensor, pipeline, context, expert }
}

/** The ranks of model parallelism. */
export function ranksOf({ tensor, pipeline, context, expert }: Required<LayoutOptions>): number {
  return tensor * pipeline * context * expert
}
