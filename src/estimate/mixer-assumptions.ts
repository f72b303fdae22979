import type { ForwardPass, Mixer } from '../architecture/index.js'

/** What an estimate assumes about the blocks that a model has in the place of attention, in sentences. */
export function mixerAssumptions(mixers: NonNullable<ForwardPass['mixers']>): string[] {
  return [...new Set(Object.values(mixers).map(({ kind }) => SENTENCES[kind]))]
}

const SENTENCES: Readonly<Record<Mixer['kind'], string>> = {
  tokenScan:
    'state spaces without kernels: transformers computes one token after another if mamba_ssm and causal_conv1d are not installed, which needs far more memory',
  chunkScan:
    'state spaces without kernels: transformers computes chunks of tokens if mamba_ssm and causal_conv1d are not installed, which needs far more memory',
  chunkProducts:
    'state spaces without kernels: transformers 5 computes chunks of tokens if mamba_ssm and causal_conv1d are not installed, which needs far more memory',
  shortConv: 'short convolutions without the kernels of causal_conv1d',
  gatedDelta:
    'gated delta networks without kernels: transformers computes chunks of 64 tokens if fla and causal_conv1d are not installed, which needs far more memory',
  solvedDelta:
    'gated delta networks without kernels: transformers 5 solves chunks of 64 tokens if fla and causal_conv1d are not installed, which needs far more memory',
  lightning: 'lightning attention without kernels: transformers computes one block of tokens after another',
}
