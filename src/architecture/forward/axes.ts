import type { ForwardPass } from './forward-pass.js'

/** A forward pass whose positions have three axes, as those of models that see have. Layers that join tables have frequencies of their own. */
export function withAxes(axes: 'inTable' | 'inLayers') {
  return (forward: ForwardPass): ForwardPass => ({
    ...forward,
    ...(forward.rotation && {
      rotation: {
        ...forward.rotation,
        axes,
        ...(axes === 'inLayers' && { frequencies: 'modelAndAttention' as const }),
      },
    }),
  })
}
