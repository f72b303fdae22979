import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, it } from 'vitest'
import { FAMILIES, familyOf, languageModelOf, modelTypes } from '../../src/architecture/families/index.js'
import type { Family } from '../../src/architecture/family.js'

const SRC = join(import.meta.dirname, '../../src')
const FOLDER = 'architecture/families'
const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts'))
const familyFiles = sources
  .filter((path) => path.startsWith(`${FOLDER}/`))
  .map((path) => path.slice(FOLDER.length + 1, -'.ts'.length))
  .filter((name) => name !== 'all' && name !== 'index')

it('every file of a family is registered', async () => {
  const families = await Promise.all(familyFiles.map(exportedBy))
  expect(familyFiles.filter((_, index) => !families[index]?.every((each) => FAMILIES.includes(each)))).toEqual([])
  expect(families.flat()).toHaveLength(FAMILIES.length)
})

it('is named after the model type that it describes, and no two describe the same', async () => {
  for (const name of familyFiles) {
    const [family, ...others] = await exportedBy(name)
    expect(others, name).toEqual([])
    expect(family?.modelTypes[0]?.replaceAll('_', '-'), name).toBe(name)
  }
  const described = FAMILIES.flatMap((family) => family.modelTypes)
  expect(new Set(described).size).toBe(described.length)
})

it('no two families are the language model of the same multimodal model', () => {
  const wholes = FAMILIES.flatMap((family) => family.languageModelOf ?? [])
  expect(new Set(wholes).size).toBe(wholes.length)
  expect(wholes.filter((whole) => familyOf(whole))).toEqual([])
  expect(wholes.filter((whole) => !familyOf(languageModelOf(whole) ?? ''))).toEqual([])
})

it('no code outside the families knows a family by name', () => {
  const exempt = [`${FOLDER}/`, PARSERS]
  const outside = sources.filter((path) => !exempt.some((start) => path.startsWith(start)))
  expect(outside.flatMap(familyNamesIn).filter((found) => !ALLOWED.includes(found))).toEqual([])
})

it('the names that are allowed are there', () => {
  expect(ALLOWED.filter((found) => !familyNamesIn(found.split(' ')[0] ?? '').includes(found))).toEqual([])
})

/** vLLM names many of its parsers as the family that had them first. */
const PARSERS = 'checkpoint/tool-call-parser.ts'

/** Names that mean something else than a family. */
const ALLOWED: readonly string[] = [
  // An unknown family is taken as Llama.
  'estimate/architecture-of-spec.ts llama',
  // The name of a module, in RoBERTa and in its kin.
  'architecture/shapes/roberta-family.ts roberta',
  // GGUF's name for a file with an image encoder.
  'checkpoint/read/gguf-files.ts clip',
  // llama.cpp's name for an architecture.
  'checkpoint/gguf-buffers.ts afmoe',
  // A method of quantisation.
  'checkpoint/quantisation/byte-storages.ts bitnet',
  'checkpoint/quantisation/methods.ts bitnet',
  'checkpoint/quantisation/stored-weight.ts bitnet',
]

/** A part of a model, the modules in it and sizes of theirs bear the name of the family that had them first. */
const ALSO_A_PART = 'mamba'

const MODEL_TYPES: ReadonlySet<string> = new Set(modelTypes().filter((name) => name !== ALSO_A_PART))

async function exportedBy(name: string): Promise<Family[]> {
  return Object.values(await import(`${SRC}/${FOLDER}/${name}.ts`))
}

/** The model types that stand in a file as a string or as the key of a table: `path name`, each once. */
function familyNamesIn(path: string): string[] {
  const text = readFileSync(join(SRC, path), 'utf8')
  const words = text.matchAll(/(?<=['"`])[\w-]+(?=['"`])|\w+(?=\s*:)/g)
  const known = new Set([...words].map(([word]) => word).filter((word) => MODEL_TYPES.has(word)))
  if (known.size === 0) return []
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const found = new Set<string>()
  const visit = (node: ts.Node): void => {
    const isKey = ts.isIdentifier(node) && ts.isPropertyAssignment(node.parent) && node.parent.name === node
    if ((ts.isStringLiteralLike(node) || isKey) && known.has(node.text)) found.add(`${path} ${node.text}`)
    ts.forEachChild(node, visit)
  }
  visit(file)
  return [...found].sort()
}
