import { rwkvHeadsFamily } from '../shapes/rwkv-heads-family.js'

/** RWKV 5 "Eagle" (Peng et al. 2024, arXiv:2404.05892) in the class of its authors: a matrix as state for each head, and a gate. */
export const rwkv5 = rwkvHeadsFamily({
  modelType: 'rwkv5',
  name: 'Rwkv5',
  prefix: 'rwkv',
  undescribed:
    'only its authors have the code, which builds a CUDA kernel of its own for the recurrence; measure a step with torch.cuda.max_memory_allocated',
  readsFfnSize: false,
  timeMix: ({ hiddenSize, heads, headDim }) => {
    const mix = [1, 1, hiddenSize]
    return {
      time_decay: [heads, headDim],
      time_faaaa: [heads, headDim],
      ...{ time_mix_gate: mix, time_mix_key: mix, time_mix_value: mix, time_mix_receptance: mix },
    }
  },
  channelMix: ['time_mix_key', 'time_mix_receptance'],
})
