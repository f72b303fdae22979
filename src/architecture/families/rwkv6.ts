import { rwkvHeadsFamily } from '../shapes/rwkv-heads-family.js'

/** RWKV 6 "Finch" (Peng et al. 2024, arXiv:2404.05892) in the class of its authors: what is mixed and how fast it decays depends on the token. */
export const rwkv6 = rwkvHeadsFamily({
  modelType: 'rwkv6',
  name: 'Rwkv6',
  prefix: 'rwkv',
  undescribed:
    'only its authors have the code, which builds a CUDA kernel of its own for the recurrence; measure a step with torch.cuda.max_memory_allocated',
  readsFfnSize: true,
  timeMix({ hiddenSize, features, heads, headDim }) {
    const mix = [1, 1, hiddenSize]
    // The class knows the model of 7 billion parameters by its width.
    const isLarge = hiddenSize === 4096
    const [mixRank, decayRank] = isLarge ? [64, 128] : [32, 64]
    return {
      ...{ time_maa_x: mix, time_maa_w: mix, time_maa_k: mix, time_maa_v: mix, time_maa_r: mix, time_maa_g: mix },
      time_maa_w1: [hiddenSize, 5 * mixRank],
      time_maa_w2: [5, mixRank, hiddenSize],
      time_decay: [1, 1, features],
      time_decay_w1: [hiddenSize, decayRank],
      time_decay_w2: [decayRank, features],
      time_faaaa: [heads, headDim],
    }
  },
  channelMix: ['time_maa_k', 'time_maa_r'],
})
