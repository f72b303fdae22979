import type { ForwardPass } from './forward-pass.js'

/** A forward pass whose positions have three axes, as those of models that see have. Layers that join tables have frequencies of their own. */
export function withAxes(axes: 'inTable' | 'inLayers') {
  return (forward: ForwardPass): ForwardPass => ({
    ...forward,
    ...(forward.rotation && {
      rotation: {
        ...forward.rotation,
        axes,
        // What takes its features from three axes has each value twice already.
        ...(axes === 'inTable' && { repeatsTables: false }),
        ...(axes === 'inLayers' && { frequencies: 'modelAndAttention' as const }),
      },
    }),
  })
}

/** The same whose layers are called with tables alone, as in transformers 5. */
export function withHiddenPositions(forward: ForwardPass): ForwardPass {
  const { rotation } = forward
  return { ...forward, ...(rotation && { rotation: { ...rotation, hidesPositions: true, givesPlaces: false } }) }
}
