import type { Family } from '../family.js'
import { deepseekV3 } from './deepseek-v3.js'

/** Kimi K2 (Moonshot AI 2025, arXiv:2507.20534): DeepSeek-V3 with more and smaller experts. Its files use DeepSeek-V3's classes. */
export const kimiK2: Family = { ...deepseekV3, modelTypes: ['kimi_k2'] }
