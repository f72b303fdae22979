import { expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory } from '../../src/estimate/index.js'
import { MemoryLedger } from '../../src/estimate/replay/memory-ledger.js'

it('A storage that was freed can neither be used nor be freed again', () => {
  const ledger = new MemoryLedger()
  const storage = ledger.allocate(8)
  ledger.release(storage)
  expect(() => ledger.retain(storage)).toThrow('used after it was freed')
  expect(() => ledger.release(storage)).toThrow('freed twice')
  expect(ledger.total).toBe(0)
})

it('The peak of a GPU has what kernels hold within themselves, and less where they need less', () => {
  const ledger = new MemoryLedger()
  ledger.allocate(100)
  ledger.observe('sum', 10, 30)
  expect([ledger.peak.totalBytes, ledger.kernelPeak]).toEqual([
    110,
    { totalBytes: 140, operation: 'sum', possibleBytes: 140 },
  ])
  ledger.allocate(100)
  ledger.observe('add', 0, -50)
  ledger.mayHold(80)
  expect([ledger.peak.totalBytes, ledger.kernelPeak]).toEqual([
    200,
    { totalBytes: 150, operation: 'add', possibleBytes: 280 },
  ])
  ledger.reset()
  expect(ledger.kernelPeak).toEqual({ totalBytes: 200, operation: 'start', possibleBytes: 200 })
})

// Their code rotates in float32, and casts back to the dtype of the stream, which is float32 already.
it.each(['minicpm', 'baichuan'])('The float32 stream of prepared weights is rotated without a cast: %s', (family) => {
  const model = architectureFromConfig({ model_type: family })
  const { parts } = estimateMemory(model, { method: 'qlora', prepareForKbitTraining: true, inputGradients: true })
  expect(Object.values(parts).filter((bytes) => bytes < 0)).toEqual([])
  expect(parts.activations).toBeGreaterThan(0)
})

it('A tensor whose size is not a number stops the replay', () => {
  expect(() => new MemoryLedger().allocate(Number.NaN)).toThrow('not a number')
})
