/** How the ranks divide a model: `data * tensor * pipeline` is the number of GPUs. */
export interface Layout {
  /** Ranks that share parameters, gradients and states (FSDP2, ZeRO-3), each with its own batch. */
  readonly data: number
  /** Ranks that share each matrix. */
  readonly tensor: number
  /** Whether they have shares of each sequence between blocks, too (Korthikanti et al. 2022, arXiv:2205.05198). */
  readonly sequenceParallel?: boolean
  /** Stages of consecutive layers. */
  readonly pipeline: number
  /** Ranks within `data` that share the experts of each layer and exchange tokens. */
  readonly expert: number
}
