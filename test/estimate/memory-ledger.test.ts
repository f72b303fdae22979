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

it('What repeats counts again from where it is repeated, also before it has run', () => {
  const ledger = new MemoryLedger()
  ledger.phase = 'backward'
  const stretch = (): ReturnType<MemoryLedger['end']> => {
    const open = ledger.begin()
    const scratch = ledger.allocate(70)
    ledger.observe('mm', 0, 5)
    ledger.release(scratch)
    ledger.allocate(10, 'gradients')
    return ledger.end(open)
  }
  ledger.allocate(100, 'parameters')
  const made = stretch()
  expect(ledger.peak).toMatchObject({ totalBytes: 170, operation: 'mm' })
  ledger.repeat(made, 2)
  expect([ledger.total, ledger.peak.totalBytes, ledger.kernelPeak.totalBytes]).toEqual([130, 190, 195])
  let later: typeof made | undefined
  ledger.defer(() => later ?? made, 2)
  ledger.allocate(1000, 'buffers')
  ledger.observe('zeros')
  later = stretch()
  expect(ledger.total).toBe(1140)
  ledger.settle()
  expect(ledger.total).toBe(1160)
  expect(ledger.peak).toMatchObject({ totalBytes: 1220, operation: 'mm', phase: 'backward' })
  expect(ledger.peak.parts).toMatchObject({ parameters: 100, gradients: 50, buffers: 1000, temporary: 70 })
})

it('A storage that a stretch frees and its repetitions do not lives on in them', () => {
  const ledger = new MemoryLedger()
  const shared = ledger.allocate(50)
  const open = ledger.begin(ledger.made)
  const own = ledger.allocate(20)
  ledger.observe('mul')
  ledger.release(shared)
  ledger.observe('sum')
  ledger.release(own)
  const stretch = ledger.end(open)
  expect([ledger.total, ledger.peak.totalBytes]).toEqual([0, 70])
  ledger.repeat(stretch, 1)
  expect([ledger.total, ledger.peak.totalBytes, stretch.course.highest.peak.totalBytes]).toEqual([0, 70, 70])
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

it('A mark is visited as often as its stretch counts, and what is made there is live from there on', () => {
  const ledger = new MemoryLedger()
  ledger.phase = 'backward'
  const stretch = (): ReturnType<MemoryLedger['end']> => {
    const open = ledger.begin()
    ledger.allocate(10, 'gradients')
    ledger.mark(7)
    ledger.observe('mm', 70)
    return ledger.end(open)
  }
  let later: ReturnType<MemoryLedger['end']> | undefined
  ledger.mark(1)
  ledger.defer(() => later ?? stretch(), 3)
  later = stretch()
  ledger.settle()
  expect([ledger.total, ledger.peak.totalBytes]).toEqual([40, 110])
  const visited: (readonly [number, number])[] = []
  ledger.revisit((id) => {
    visited.push([id, ledger.total])
    if (visited.length === 4) ledger.allocate(1000, 'buffers')
    ledger.observe('cat', 300)
  })
  expect(visited).toEqual([
    [1, 0],
    [7, 10],
    [7, 20],
    [7, 30],
    [7, 1040],
  ])
  expect([ledger.total, ledger.peak.totalBytes, ledger.peak.operation]).toEqual([1040, 1340, 'cat'])
})
