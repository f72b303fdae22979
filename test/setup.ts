import * as fc from 'fast-check'
import { runs } from './share.js'

/** One seed for every property: fixed, so that a failure repeats, and printed with it; `FC_SEED=random` looks further. */
const seed = process.env['FC_SEED'] === 'random' ? Date.now() : Number(process.env['FC_SEED'] ?? 20_240_115)

fc.configureGlobal({ seed, numRuns: Number(process.env['FC_RUNS'] ?? runs(200).numRuns) })
