import type { ForwardPass, Mixer } from '../architecture/index.js'
import type { KernelPackage } from './kernel-packages.js'
import { MULTIPROCESSORS } from './replay/mixers/kernels/multiprocessors.js'

/** What an estimate assumes about the blocks that a model has in the place of attention, in sentences. */
export function mixerAssumptions(
  mixers: NonNullable<ForwardPass['mixers']>,
  packages: readonly KernelPackage[],
): string[] {
  return [...new Set(Object.values(mixers).flatMap(({ kind }) => sentences(kind, packages)))]
}

function sentences(kind: Mixer['kind'], packages: readonly KernelPackage[]): string[] {
  const { what, without, needs } = BLOCKS[kind]
  const used = needs.filter((name) => packages.includes(name))
  const missing = needs.filter((name) => !packages.includes(name))
  if (used.length === 0) return [`${what} ${without}`]
  return [
    `${what} with the kernels of ${used.join(' and ')}, on a GPU with ${MULTIPROCESSORS} multiprocessors`,
    ...(missing.length > 0 ? [`${what} without the kernels of ${missing.join(' and ')}`] : []),
  ]
}

interface Block {
  readonly what: string
  /** What is assumed if no package is named. */
  readonly without: string
  readonly needs: readonly KernelPackage[]
}

const BLOCKS: Readonly<Record<Mixer['kind'], Block>> = {
  tokenScan: {
    what: 'state spaces',
    without:
      'without kernels: transformers computes one token after another if mamba_ssm and causal_conv1d are not installed, which needs far more memory',
    needs: ['mamba_ssm', 'causal_conv1d'],
  },
  headScan: {
    what: 'state spaces',
    without:
      'without kernels, one token after another: so transformers computes them with `use_mamba_kernels: false` in the config, which must be set if mamba_ssm and causal_conv1d are not installed',
    needs: [],
  },
  chunkScan: {
    what: 'state spaces',
    without:
      'without kernels: transformers computes chunks of tokens if mamba_ssm and causal_conv1d are not installed, which needs far more memory',
    needs: ['mamba_ssm', 'causal_conv1d'],
  },
  chunkProducts: {
    what: 'state spaces',
    without:
      'without kernels, as transformers 5.24 computes chunks of tokens if mamba_ssm and causal_conv1d are not installed: 5.17 needed up to 61 % more, and the kernels need far less',
    needs: ['mamba_ssm', 'causal_conv1d'],
  },
  shortConv: {
    what: 'short convolutions',
    without: 'without the kernels of causal_conv1d',
    needs: ['causal_conv1d'],
  },
  gatedDelta: {
    what: 'gated delta networks',
    without:
      'without kernels: transformers computes chunks of 64 tokens if fla and causal_conv1d are not installed, which needs far more memory',
    needs: ['fla', 'causal_conv1d'],
  },
  solvedDelta: {
    what: 'gated delta networks',
    without:
      'without kernels: transformers 5 solves chunks of 64 tokens if fla and causal_conv1d are not installed, which needs far more memory',
    needs: ['fla', 'causal_conv1d'],
  },
  kimiDelta: {
    what: 'Kimi delta attention',
    without:
      'without kernels: transformers 5.24 computes chunks of 64 tokens if fla and causal_conv1d are not installed, which needs far more memory',
    needs: ['fla', 'causal_conv1d'],
  },
  gatedRecurrence: {
    what: 'gated recurrences',
    without: 'one token after another, as transformers computes them: it has no kernels for them',
    needs: [],
  },
  timeMix: {
    what: 'the recurrence of RWKV',
    without:
      'without its kernel: transformers computes one token after another, which needs far more memory, unless it can build the kernel (ninja and a CUDA compiler are installed) for `context_length`',
    needs: [],
  },
  lightning: {
    what: 'lightning attention',
    without: 'without kernels: transformers computes one block of tokens after another',
    needs: [],
  },
}
