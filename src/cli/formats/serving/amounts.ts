import type { ServingPlan } from '../../../estimate/index.js'
import type { Style } from '../../paint.js'
import { gib } from '../numbers.js'

/** A part of the card: what it is, how large, how sure that is, and the range of real runs. */
export interface ShownPart {
  readonly letter: string
  readonly style: Style
  readonly label: string
  readonly bytes: number
  readonly sure: string
}

/** The parts of a plan in the order of the bar. Each has a letter as well as a colour. */
export function shownParts({ confidence, range, ...plan }: ServingPlan): ShownPart[] {
  const sure = (part: keyof ServingPlan['confidence']): string => {
    const between = range[part]
    return `${confidence[part]}${between ? `, ${gib(between[0])} to ${gib(between[1])}` : ''}`
  }
  return [
    { letter: 'W', style: 'blue', label: 'weights', bytes: plan.weightBytes, sure: sure('weights') },
    { letter: 'A', style: 'green', label: 'activations', bytes: plan.activationBytes, sure: sure('activations') },
    { letter: 'G', style: 'cyan', label: 'CUDA graphs', bytes: plan.graphBytes, sure: sure('graphs') },
    { letter: '+', style: 'dim', label: 'context, buffers', bytes: plan.otherBytes, sure: sure('other') },
    { letter: 'K', style: 'red', label: 'left for the cache', bytes: plan.cacheBytes, sure: sure('cache') },
  ]
}
